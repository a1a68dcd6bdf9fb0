"""`looktwice index serve`: the vectors of an index for other machines."""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import Json
from ..settings import load_settings
from ..terminal import console, print_json
from .options import Folder


def serve(
    index: Folder,
    host: Annotated[str, typer.Option(help="address to listen at; has no password")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    as_json: Json = False,
) -> None:
    """Run a Chroma server on the index's vectors, for `looktwice index add --store`."""
    from ...retrieval.vectors.vectors import serve as run_server
    from ..show.text import plain_lines

    load_settings()
    address = f"http://{host}:{port}"
    if as_json:
        print_json({"store": address})
    else:
        plain_lines(console(), [f"serving {index / 'vectors'} at {address}; Ctrl-C stops it"])
    raise typer.Exit(run_server(index / "vectors", host, port))
