"""`looktwice doctor`: whether this installation can answer."""

from __future__ import annotations

import typer

from .options import Json
from .settings import load_settings
from .terminal import console


def doctor(as_json: Json = False) -> None:
    """What is installed, found and missing, and the one command that mends each."""
    from .diagnosis import report
    from .show.findings import show_findings

    findings = report(load_settings())
    show_findings(findings, console(), as_json)
    raise typer.Exit(0 if all(f.ok for f in findings) else 1)
