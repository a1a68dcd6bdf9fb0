"""Engines of onnxruntime: as set, what the wheel brings, and the processor below each."""

from __future__ import annotations

import logging

import pytest
from looktwice.settings import DeviceName
from looktwice.weights.onnx_providers import CPU, providers, say_fallback

CUDA, COREML, DML, VINO = (
    f"{name}ExecutionProvider" for name in ("CUDA", "CoreML", "Dml", "OpenVINO")
)


@pytest.mark.parametrize(
    ("device", "available", "chosen"),
    [
        ("auto", [CPU], [CPU]),
        ("auto", [CUDA, CPU], [CUDA, CPU]),
        ("auto", [DML, CPU], [DML, CPU]),
        ("auto", [VINO, CPU], [VINO, CPU]),
        ("auto", [COREML, CPU], [CPU]),
        ("mps", [COREML, CPU], [COREML, CPU]),
        ("cuda", [CUDA, CPU], [CUDA, CPU]),
        ("cpu", [CUDA, COREML, CPU], [CPU]),
    ],
)
def test_what_the_wheel_brings_is_used_as_the_settings_say(
    device: DeviceName, available: list[str], chosen: list[str]
) -> None:
    assert providers(device, available, "a toy") == chosen


def test_a_device_that_is_missing_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    say_fallback.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert [providers("cuda", [CPU], "a toy") for _ in range(2)] == [[CPU], [CPU]]
    (line,) = caplog.messages
    assert "cuda" in line
    assert "a toy runs on the processor" in line
