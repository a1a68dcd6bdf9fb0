"""`looktwice doctor`: whether this installation can answer."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import Json
from .settings import load_settings
from .terminal import console


def doctor(
    speed: Annotated[
        bool, typer.Option("--speed", help="also let the chat model write a few words")
    ] = False,
    as_json: Json = False,
) -> None:
    """What is installed, found and missing, and the one command that mends each."""
    from .diagnosis import report
    from .machine import chat_speed
    from .show.findings import show_findings

    settings = load_settings()
    findings = [*report(settings), *(chat_speed(settings) if speed else ())]
    show_findings(findings, console(), as_json)
    raise typer.Exit(0 if all(f.ok for f in findings) else 1)
