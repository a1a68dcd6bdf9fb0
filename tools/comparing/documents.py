"""Two versions of a document: which words changed, on which pages, with boxes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from ...control import Control
from ...retrieval.ingest.reader import ScanReader
from ...retrieval.ingest.scans import read_scans
from ...retrieval.loaders.base import IllustratedPage, Scan
from ...retrieval.pages import Page
from .reading import words_of
from .words import ComparedWord, TextChange, text_changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...retrieval.loaders.isolate import IsolatedReader
    from ...schema import Picture, TextLine
    from ...settings import DocumentLimits

    ReadText = Callable[[Image.Image, Picture], list[TextLine]]


class DocumentComparer:
    """Compares documents of every kind that an index reads, each in a process of its own.

    Args:
        limits: what a document may measure.
        read_text: OCR, for scans and pictures; without it they have no words.
    """

    def __init__(self, limits: DocumentLimits, read_text: ReadText | None = None) -> None:
        self._limits = limits
        self._scans = ScanReader(read_text) if read_text is not None else None

    def compare(
        self, before: Path, after: Path, control: Control | None = None
    ) -> list[TextChange]:
        """What changed from one version to the other, in reading order.

        Raises:
            BadInput: one of them cannot be read; names it and what to do.
        """
        from ...retrieval.loaders.isolate import IsolatedReader

        control = control or Control()
        reader = IsolatedReader(self._limits)
        try:
            old, new = (self._words(reader, path, control) for path in (before, after))
        finally:
            reader.close()
        return text_changes(old, new)

    def _words(self, reader: IsolatedReader, path: Path, control: Control) -> list[ComparedWord]:
        items = (
            item
            for item in reader.read(path, 1, control)
            if isinstance(item, (Page, Scan, IllustratedPage))  # what is attached is left out
        )
        return words_of(page for page, _ in read_scans(items, path.name, self._scans, control))
