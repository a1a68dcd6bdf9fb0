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
from .words import ComparedWord, TextChange, text_changes, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

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
        control = control or Control()
        return text_changes(self.words(before, control), self.words(after, control))

    def words(self, path: Path, control: Control) -> list[ComparedWord]:
        """The words of a document in reading order.

        Raises:
            BadInput: it cannot be read.
        """
        from ...retrieval.loaders.isolate import IsolatedReader

        reader = IsolatedReader(self._limits)
        try:
            items = (
                item
                for item in reader.read(path, 1, control)
                if isinstance(item, (Page, Scan, IllustratedPage))  # what is attached is left out
            )
            pages = read_scans(items, path.name, self._scans, control)
            return [word for page, _ in pages for word in words_of(page)]
        finally:
            reader.close()
