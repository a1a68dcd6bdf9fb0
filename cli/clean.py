"""`looktwice clean`: frees what nothing refers to."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .options import Json
from .settings import load_settings
from .terminal import console

_DAY = 24 * 3600


def clean(
    days: Annotated[
        int, typer.Option(min=0, help="keep what was used in the last so many days")
    ] = 30,
    yes: Annotated[bool, typer.Option("--yes", help="remove it, do not only tell")] = False,
    as_json: Json = False,
) -> None:
    """Tell which pictures and uploads nothing refers to any more, and remove them with --yes.

    So go documents that came with questions. Pictures of chats and sessions stay.
    """
    from ..media.pruning import remove, unneeded_files
    from .show.text import count, plain_lines, size

    home = load_settings().home
    files = unneeded_files(home, days * _DAY)
    total = remove(files) if yes else sum(file.bytes for file in files)
    if as_json:
        print(json.dumps({"files": [str(f.path) for f in files], "bytes": total, "removed": yes}))
        return
    pictures = sum(file.kind == "picture" for file in files)
    read = sum(file.kind == "document" for file in files)
    what = f"{count(pictures, 'picture')} and {count(len(files) - pictures - read, 'upload')}"
    what += f" and {count(read, 'file')} of documents that came with questions" if read else ""
    if yes:
        said = f"Removed {what}: {size(total)} are free now."
    elif files:
        said = f"{what} of {home} are needed by nothing: {size(total)}. Remove them with --yes."
    else:
        said = f"Nothing of {home} is older than {count(days, 'day')} and needed by nothing."
    plain_lines(console(), [said])
