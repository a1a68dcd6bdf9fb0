"""Files that browsers send: harmless names, pictures told from documents, and their removal."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ...errors import BadInput
from ...media.formats import is_picture
from ...media.names import safe_name


class NamedFile(NamedTuple):
    """An uploaded file and the harmless form of the name it came under."""

    path: Path
    name: str


def split_uploads(paths: Sequence[Path], max_bytes: int) -> tuple[list[NamedFile], list[NamedFile]]:
    """Pictures, and everything else.

    Args:
        paths: of the files.
        max_bytes: one may have.

    Raises:
        BadInput: one is too large, or gone.
    """
    pictures: list[NamedFile] = []
    others: list[NamedFile] = []
    for path in paths:
        file = NamedFile(path, safe_name(path.name))
        try:
            if path.stat().st_size > max_bytes:
                raise BadInput(file.name, f"is larger than {max_bytes / 2**20:.0f} MB")
            with path.open("rb") as content:
                kind = pictures if is_picture(content.read(64)) else others
        except OSError:
            raise gone(file) from None
        kind.append(file)
    return pictures, others


def gone(file: NamedFile) -> BadInput:
    """What is wrong where a file is not there any more."""
    return BadInput(file.name, "is not here any more; add it again")


def remove_uploads(paths: Sequence[Path]) -> None:
    """Remove files that are in the store or among the documents by now."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()


def remove_old_uploads(folder: Path, seconds: float) -> None:
    """Remove uploads that nobody came back for, as after a power cut."""
    oldest = time.time() - seconds
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if path.is_dir() and path.stat().st_mtime < oldest:
                shutil.rmtree(path)
