"""What tests of rendering share."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from looktwice.schema import Answer, Usage
from rich.console import Console


def answer(**more: Any) -> Answer:
    given: dict[str, Any] = {
        "question": "What?",
        "text": "That.",
        "status": "answered",
        "confidence": 0.876,
        "stop_reason": "accepted",
        "model": "a-model",
        "usage": Usage(model_calls=2, total_seconds=1.26),
    }
    return Answer(**{**given, **more})


def shown(show: Callable[[Console], object], terminal: bool = False, width: int = 80) -> str:
    """What a function prints, as the command line prints it."""
    file = io.StringIO()
    show(Console(file=file, soft_wrap=True, force_terminal=terminal, width=width))
    return file.getvalue()


def coloured() -> Console:
    """A terminal whose output can be read with `printed`."""
    return Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=120)


def printed(terminal: Console) -> str:
    assert isinstance(terminal.file, io.StringIO)
    return terminal.file.getvalue()
