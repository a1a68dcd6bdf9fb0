"""A document of any kind is opened and drawn by one function each."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.base import Attachment
from looktwice.retrieval.loaders.load import open_document, render
from looktwice.retrieval.pages import Page
from looktwice.settings import DocumentLimits
from PIL import Image

from .. import pdf_kit

LIMITS = DocumentLimits()


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_render_draws_pictures_and_pdfs_only(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20), "red").save(tmp_path / "a.png")
    image, scale = render(tmp_path / "a.png", 1, LIMITS)
    assert (image.size, scale, image.getpixel((3, 3))) == ((30, 20), 1.0, (255, 0, 0))
    with pytest.raises(BadInput, match="has no page 2"):
        render(tmp_path / "a.png", 2, LIMITS)
    page = put(tmp_path / "a.pdf", pdf_kit.Pdf([pdf_kit.Sheet(media=(0, 0, 72, 144))]).data())
    image, scale = render(page, 1, DocumentLimits(render_dpi=36))
    assert (image.size, scale) == ((36, 72), 2.0)
    with pytest.raises(BadInput, match="no look"):
        render(put(tmp_path / "a.txt", b"words"), 1, LIMITS)


def test_an_open_document_is_read_from_any_page(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", b"\n\n".join(b"word " * 400 for _ in range(6)))
    with open_document(path, LIMITS) as opened:
        numbers = [page.number for page in opened.pages(2) if not isinstance(page, Attachment)]
        assert all(isinstance(page, Page) for page in opened.pages())
    assert opened.about.type == "txt"
    assert numbers
    assert numbers == list(range(2, 2 + len(numbers)))
