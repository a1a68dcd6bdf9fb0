"""Documents inside documents: what is attached to mails, the files of archives, kept beside the index.

Each is a file of its own below the index, in a folder named by the hash of what held it, so that it can
be drawn, compared and read again like any other; it goes when what held it goes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from ..catalog.catalog import Catalog
from ..loaders.walk import FoundFile

__all__ = ["INSIDE", "Members"]

INSIDE = " > "
"""Between the name of what holds a document and its own: "mail.eml > bill.pdf"."""
_DEEPEST = 5
"""Documents in documents in documents."""
_ODD = re.compile(r"[\x00-\x1f\x7f/\\:\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST = 120


class Members:
    """The documents that other documents of an index hold.

    Args:
        folder: where they are kept; made with the first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, sha256: str, number: int, name: str, data: bytes) -> Path:
        """Keep a document that another holds; one that is there already stays as it is.

        Args:
            sha256: of what holds it.
            number: its place there.
            name: its name there; what no file may be called is left out.
            data: its bytes.
        """
        place = self._folder / sha256 / str(number)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = place / _safe(name)
        if path.exists() and path.read_bytes() == data:
            return path
        unfinished = place / ".part"
        with os.fdopen(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as file:
            file.write(data)
        unfinished.replace(path)
        return path

    def of(self, sha256: str, hint: str) -> Iterator[FoundFile]:
        """What a document holds, named after it; none below too many others."""
        place = self._folder / sha256
        if hint.count(INSIDE) >= _DEEPEST or not place.is_dir():
            return
        for folder in sorted(place.iterdir(), key=lambda path: (len(path.name), path.name)):
            for path in folder.iterdir():
                if path.name != ".part":
                    yield FoundFile(path, f"{hint}{INSIDE}{path.name}")

    def any(self) -> bool:
        """Whether there are any."""
        return self._folder.is_dir()

    def tidy(self, catalog: Catalog) -> list[str]:
        """Let go of those whose holder is gone; returns the documents that thereby go, by name."""
        if not self.any():
            return []
        removed: list[str] = []
        while True:
            for place in list(self._folder.iterdir()):
                if catalog.ready(place.name) is None:
                    shutil.rmtree(place, ignore_errors=True)
            names = {document.id: document.name for document in catalog.documents()}
            lost = [
                (path, file)
                for path, file in catalog.files().items()
                if Path(path).is_relative_to(self._folder) and not Path(path).exists()
            ]
            for path, file in lost:
                if catalog.forget_file(path):
                    removed.append(names[file.document])
            for failure in catalog.failures():
                gone = Path(failure.path)
                if gone.is_relative_to(self._folder) and not gone.exists():
                    catalog.clear_failure(failure.path)
            if not lost:
                break
        with contextlib.suppress(OSError):
            self._folder.rmdir()  # if it is empty
        return removed


def _safe(name: str) -> str:
    """A name that a file may have, its ending kept."""
    plain = _ODD.sub("_", name.strip()).lstrip(".") or "attachment"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        stem, ending = plain, ""
    return f"{stem[:_LONGEST].rstrip()}{dot if ending else ''}{ending}"
