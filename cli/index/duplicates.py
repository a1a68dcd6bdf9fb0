"""`looktwice index duplicates`: files of the same bytes, and pictures that look the same."""

from __future__ import annotations

import typer

from ..options import Json
from ..progress import cancelling
from ..terminal import console, print_json
from .opening import reading
from .options import Folder


def duplicates(index: Folder, as_json: Json = False) -> None:
    """List documents of the same bytes, and pictures that look the same."""
    with reading(index) as opened, cancelling() as control:
        found, failed = opened.duplicates(control)
    if as_json:
        print_json([group._asdict() for group in found])
    else:
        for group in found:
            names = "  ".join(group.names)
            console().print(f"same {group.same}: {names}", markup=False, highlight=False)
        if not found:
            console().print("no duplicates", markup=False, highlight=False)
    for reason in failed:
        console(stderr=True).print(f"not looked at: {reason}", markup=False, highlight=False)
    raise typer.Exit(1 if failed else 0)
