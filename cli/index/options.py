"""Options of the commands of an index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path, typer.Option("--index", metavar="FOLDER", help="where the index is kept; made by add")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="documents read at the same time; default: one a core")
]
Wait = Annotated[
    float, typer.Option(min=0, metavar="SECONDS", help="wait so long for another writer to end")
]
InFolder = Annotated[str, typer.Option("--folder", help="only documents in this folder")]
Types = Annotated[
    list[str] | None, typer.Option("--type", help="only this type: pdf, picture, docx, csv ...")
]
Names = Annotated[list[str] | None, typer.Option("--document", help="only this document")]
After = Annotated[str, typer.Option(metavar="DATE", help="only documents dated then or later")]
Before = Annotated[str, typer.Option(metavar="DATE", help="only documents dated then or earlier")]
