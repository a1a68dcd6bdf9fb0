"""`looktwice index serve`: the vectors of an index for other machines."""

from __future__ import annotations

from typing import Annotated

import typer

from ...errors import UsageError
from ...ui.http.hosts import is_loopback
from ..options import Json
from ..settings import load_settings
from ..terminal import console, print_json
from .options import Folder


def serve(
    index: Folder,
    host: Annotated[str, typer.Option(help="address to listen at")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    without_password: Annotated[
        bool,
        typer.Option(
            "--without-password",
            help="let whoever reaches an address of other machines read and delete everything",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Run a Chroma server on the index's vectors, for `looktwice index add --store`."""
    from ...retrieval.vectors.vectors import serve as run_server
    from ..show.text import plain_lines

    load_settings()
    check_address(host, without_password)
    address = f"http://{host}:{port}"
    if as_json:
        print_json({"store": address})
    else:
        plain_lines(console(), [f"serving {index / 'vectors'} at {address}; Ctrl-C stops it"])
    raise typer.Exit(run_server(index / "vectors", host, port))


def check_address(host: str, without_password: bool) -> None:
    """Chroma asks nobody for a password; so other machines come in only where that is meant.

    Raises:
        UsageError: other machines would be let in.
    """
    if not without_password and not is_loopback(host):
        raise UsageError(
            f"--host {host} lets other machines in, and this server has no password: whoever reaches "
            "it can read and delete everything. Stay with --host 127.0.0.1 and lend the port over "
            "`ssh -L`, put a proxy that asks for a password before it, or, in a network that nobody "
            "else reaches, add --without-password"
        )
