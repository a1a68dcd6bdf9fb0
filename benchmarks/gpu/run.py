"""The whole run: every part by itself, so that one which fails costs only itself, within a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from ...settings import Settings, quiet_third_parties
from ...weights import hardware
from .bench import Bench
from .chat import bandwidth, measure_chat
from .chat_models import CHAT_MODELS
from .experts import measure_detector, measure_embedders, measure_ocr
from .figures import Figure, draw, write
from .many import measure_many

__all__ = ["run_gpu"]

Part = Callable[[Bench], Iterator[Figure]]

_SECONDS = 420.0
"""After which no further part begins, so that the run ends within eight minutes."""


def parts(tiny: bool) -> dict[str, Part]:
    """What is measured, the most important first."""
    chats = [name for name in CHAT_MODELS if not tiny or name != "qwen3.5-9b"]
    found: dict[str, Part] = {"bandwidth": bandwidth}
    found |= {name: partial(measure_chat, name=name) for name in chats[:2]}
    found |= {"ocr": measure_ocr, "detector": measure_detector, "embedders": measure_embedders}
    found["vllm"] = measure_many
    return found | {name: partial(measure_chat, name=name) for name in chats[2:]}


def run_gpu(
    out: Path, console: Console, *, tiny: bool = False, machine: dict[str, str]
) -> list[Path]:
    """Measure, and write one JSON and one plot, named after the time.

    Args:
        tiny: rehearse with tiny models, on the processor where there is no GPU.
        machine: what the figures depend on.

    Raises:
        RuntimeError: there is no GPU, and it is no rehearsal.
    """
    quiet_third_parties(Settings.load(offline=True))
    figures, failed = list[Figure](), dict[str, str]()
    began = time.monotonic()
    with TemporaryDirectory(prefix="looktwice-gpu-", ignore_cleanup_errors=True) as scratch:
        bench = Bench.here(Path(scratch), tiny)
        for name, part in parts(tiny).items():
            if time.monotonic() - began > _SECONDS:
                failed[name] = "no time was left"
                continue
            try:
                for figure in part(bench):
                    figures.append(figure)
                    console.print(_line(figure), markup=False, highlight=False)
            except Exception as error:  # whatever a part says, the others are measured
                failed[name] = f"{type(error).__name__}: {error}"
                console.print(f"{name} not measured: {failed[name]}", markup=False)
            bench.free()
    now = datetime.now().astimezone()
    about: dict[str, Any] = {
        "date": now.isoformat(timespec="seconds"),
        "device": _device(bench),
        "rehearsal": tiny,
        "seconds": time.monotonic() - began,
        "machine": machine,
    }
    out.mkdir(parents=True, exist_ok=True)
    stem = out / f"{now:%Y-%m-%d-%H%M%S}-gpu"
    files = [stem.with_suffix(".json"), stem.with_suffix(".png")]
    write(files[0], about, figures, failed)
    draw(files[1], about, figures)
    return files


def _device(bench: Bench) -> str:
    if bench.device == "cpu":
        return "the processor"
    import torch

    return f"{torch.cuda.get_device_name(0)}, {hardware.gpu_bytes() / 2**30:.0f} GiB"


def _line(figure: Figure) -> str:
    than = ""
    if figure.against is not None:
        than = f" ({figure.against_what}: {figure.against:,.4g})"
    return f"{figure.part}: {figure.what} {figure.value:,.4g} {figure.unit}{than}"
