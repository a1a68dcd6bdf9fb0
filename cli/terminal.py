"""The terminal that a command writes to: where people read, JSON for programs, one line of error."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console(stderr: bool = False) -> Console:
    """Where people read."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 160  # a file or a pipe has no width of its own
    return Console(stderr=stderr, soft_wrap=True, width=width)


def print_json(value: object) -> None:
    """One line of JSON, all there is on standard output."""
    print(json.dumps(value, ensure_ascii=False))


def print_error(message: str) -> None:
    """One line for people."""
    print(f"looktwice: {message}", file=sys.stderr)


def write_utf8() -> None:
    """Pipes and files get UTF-8 whatever the system's code page; a terminal shows what it can."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
