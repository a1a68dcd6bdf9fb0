"""Options that several commands share, each defined once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Pack = Annotated[str | None, typer.Option(help="auto, starter, gpu or server")]
Model = Annotated[
    str | None, typer.Option(help="chat model: a path, a hub name, or a server's address")
]
Json = Annotated[bool, typer.Option("--json", help="print one JSON value and nothing else")]
SearchedIndex = Annotated[
    Path | None,
    typer.Option("--index", metavar="FOLDER", help="documents to search, see looktwice index"),
]
Host = Annotated[str, typer.Option(help="who may connect; other than loopback needs keys")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")]
KeyFile = Annotated[
    Path | None, typer.Option("--api-key-file", metavar="FILE", help="accepted keys, one a line")
]
RayAddress = Annotated[
    str | None,
    typer.Option("--address", metavar="HOST:PORT", help="of a Ray cluster; else one is started"),
]
