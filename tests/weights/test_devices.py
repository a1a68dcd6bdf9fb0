"""Devices: as set, by room, and never one that is not there."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from looktwice.settings import Settings
from looktwice.weights import devices, hardware, memory

GIB = 2**30


@pytest.mark.parametrize(
    ("card", "expert", "device"),
    [
        (24, "chat", "cuda"),
        (24, "ocr", "cuda"),
        (8, "chat", "cuda"),
        (8, "ocr", "cpu"),
        (8, "embedders", "cpu"),
        (4, "chat", "cpu"),
        (None, "embedders", "cpu"),
    ],
)
def test_experts_run_where_there_is_room(
    card: int | None, expert: devices.Expert, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(card * GIB) if card else None)
    assert devices.device_for(expert, Settings.load()) == device


def test_a_mac_uses_its_gpu_where_torch_runs_the_expert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "fit_here", lambda: None)
    monkeypatch.setattr(hardware, "has_mps", lambda: True)
    found = {each: devices.device_for(each, Settings.load()) for each in ("detector", "ocr")}
    assert found == {"detector": "mps", "ocr": "cpu"}


def test_a_device_that_is_not_here_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    devices._say_missing.cache_clear()
    monkeypatch.setattr(hardware, "has_gpu", lambda: False)
    settings = Settings.load(devices={"detector": "cuda"})
    with caplog.at_level(logging.WARNING):
        assert [devices.device_for("detector", settings) for _ in range(2)] == ["cpu", "cpu"]
    (line,) = caplog.messages
    assert "cuda" in line
    assert "detector" in line


def test_text_is_read_on_the_processor_of_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "has_mps", lambda: True)
    settings = Settings.load(devices={"ocr": "mps", "embedders": "mps"})
    assert devices.device_for("ocr", settings) == "cpu"
    assert devices.device_for("embedders", settings) == "mps"


@pytest.mark.parametrize(
    ("card", "wanted", "asked"),
    [(24, "auto", "auto"), (8, "auto", "cpu"), (8, "cuda", "cuda"), (None, "auto", "auto")],
)
def test_onnxruntime_takes_by_itself_no_card_that_the_chat_model_fills(
    card: int | None, wanted: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(card * GIB) if card else None)
    settings = Settings.load(devices={"detector": wanted, "ocr": "mps"})
    assert devices.onnx_device("detector", settings) == asked
    assert devices.device_of_file(Path("yolo.onnx"), "detector", settings) == asked
    assert devices.onnx_device("ocr", settings) == "mps"
