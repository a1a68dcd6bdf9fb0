"""What a model computed of the beginnings of prompts, kept on disk: read once, not once a process."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

_MOST = 4
"""Files that are kept; each takes 10 to 30 MB. Older ones belong to prompts that have changed."""


class Beginnings:
    """A folder of files, each named by what it is of and by its own content.

    A file is only given out whole: over one that is cut short, llama.cpp ends the process.

    Args:
        folder: made where it is missing.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def find(self, key: str) -> str | None:
        """The name of the file kept under a key; None where there is none, or none that is whole."""
        for file in self.folder.glob(f"{key}-*"):
            try:
                whole = file.name == f"{key}-{_digest(file)}"
            except OSError:  # another process put a newer one in its place
                continue
            with suppress(OSError):  # neither matters in a folder that cannot be written
                if whole:
                    os.utime(file)
                else:
                    file.unlink()
            if whole:
                return file.name
        return None

    def keep(self, key: str, name: str) -> None:
        """Put a file of this folder under a key, in the place of others under it.

        Raises:
            OSError: it is not there, or cannot be renamed.
        """
        made = self.folder / name
        kept = made.rename(self.folder / f"{key}-{_digest(made)}")
        others = sorted(self.folder.iterdir(), key=_age, reverse=True)
        for other in others:
            if other != kept and (other.name.startswith(f"{key}-") or other in others[_MOST:]):
                other.unlink(missing_ok=True)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
