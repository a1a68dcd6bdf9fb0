"""PDFs for tests, and what is read from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.pages import Page
from looktwice.settings import DocumentLimits

from ... import pdf_kit

LIMITS = DocumentLimits()


class Maker:
    """Writes documents into a folder and reads them back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, *sheets: Any, name: str = "a.pdf", **document: Any) -> Path:
        path = self.folder / name
        path.write_bytes(pdf_kit.Pdf(sheets, **document).data())
        return path

    def read(self, *sheets: Any, limits: DocumentLimits = LIMITS, **document: Any) -> list[Any]:
        with open_document(self.file(*sheets, **document), limits) as opened:
            return list(opened.pages())

    def page(self, content: bytes, **sheet: Any) -> Any:
        return self.read(pdf_kit.Sheet(content, **sheet))[0]

    def raw(self, content: bytes, *objects: bytes, **parts: bytes) -> Any:
        """The page of `pdf_kit.one_page`."""
        path = self.folder / "raw.pdf"
        path.write_bytes(pdf_kit.one_page(content, *objects, **parts))
        with open_document(path, LIMITS) as opened:
            return next(iter(opened.pages()))


def fault(path: Path, limits: DocumentLimits = LIMITS) -> str:
    with pytest.raises(BadInput) as caught, open_document(path, limits) as opened:
        list(opened.pages())
    assert caught.value.source == str(path)
    return caught.value.reason


def kinds_of(page: Page) -> dict[str, str]:
    return {page.text[line.start : line.end]: line.kind for line in page.lines}
