"""Options of the commands of evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Suite = Annotated[str, typer.Argument(help="a name from `eval suites`, or a folder of tasks")]
Out = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="of the run; goes on there")
]
Limit = Annotated[int | None, typer.Option(min=1, help="at most so many tasks, drawn evenly")]
Seed = Annotated[int | None, typer.Option(min=0, help="other seeds draw other tasks")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="tasks asked at once")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="folder of a run")]
SeerName = Annotated[
    str | None,
    typer.Option(
        "--seer",
        help="a scripted model that sees: perfect, blind, wrong-numbers, overconfident, talkative or"
        " hostile",
    ),
]
