"""ZIP archives, where the settings allow them: each file in one is a document of its own."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ...errors import BadInput
from ...media.names import last_part
from ...settings import DocumentLimits
from ..pages import Page, RawLine, Word, build_page
from .base import Attachment, DocumentInfo, DocumentReader, Leaf

__all__ = ["open_archive"]

_MOST = 5000
"""Files of one archive."""


def open_archive(
    path: Path, limits: DocumentLimits, is_known: Callable[[str], bool]
) -> DocumentReader:
    """Open a ZIP archive: a page that lists it, then its documents.

    Args:
        path: of the archive.
        limits: `archives` allows it, `expanded` is what it may unpack to.
        is_known: whether a file of that name may be a document.

    Raises:
        BadInput: archives are not allowed, or it is damaged, encrypted or over a limit.
    """
    source = str(path)
    if not limits.archives:
        raise BadInput(
            source,
            "is an archive; unpack it and add the documents in it, or set LOOKTWICE_DOCUMENTS__ARCHIVES=1",
        )
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise BadInput(source, f"is a damaged archive ({error}); download it again") from error
    files = [one for one in archive.infolist() if not one.is_dir()]
    total = sum(one.file_size for one in files)
    fault = ""
    if len(files) > _MOST:
        fault = f"holds {len(files):,} files, more than {_MOST:,}; split it"
    elif total > limits.expanded:
        fault = (
            f"unpacks to more than {limits.expanded:,} bytes; split it, "
            "or raise LOOKTWICE_DOCUMENTS__EXPANDED"
        )
    elif any(one.flag_bits & 1 for one in files):
        fault = "is encrypted with a password; unpack it yourself"
    if fault:
        archive.close()
        raise BadInput(source, fault)
    return _Archive(path, archive, [one for one in files if is_known(one.filename)], files)


class _Archive(DocumentReader):
    def __init__(
        self,
        path: Path,
        archive: zipfile.ZipFile,
        known: list[zipfile.ZipInfo],
        files: list[zipfile.ZipInfo],
    ) -> None:
        self._path, self._zip, self._known, self._files = path, archive, known, files
        self.about = DocumentInfo("zip", pages=1)

    def pages(self, first: int = 1) -> Iterator[Leaf]:
        if first <= 1:
            yield self._listing()
        for one in self._known:
            name = last_part(one.filename)
            if name.startswith("."):
                continue
            try:
                yield Attachment(name, self._zip.read(one))
            except Exception as error:  # each file is packed by itself, and as breakable as any
                raise BadInput(
                    str(self._path), f"cannot be unpacked at {name} ({error}); download it again"
                ) from error

    def _listing(self) -> Page:
        names = [f"{one.filename} ({one.file_size:,} bytes)" for one in self._files]
        lines = [RawLine(tuple(map(Word, name.split()))) for name in names]
        return build_page(1, lines)

    def close(self) -> None:
        self._zip.close()
