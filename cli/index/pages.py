"""A document and its pages, shown and saved as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..terminal import console, print_json

if TYPE_CHECKING:
    from PIL.Image import Image

    from ...retrieval.catalog.highlight import Highlighter
    from ...retrieval.catalog.rows import Document
    from ...retrieval.index import Index
    from ...retrieval.pages import Page
    from ...schema import Box, Picture


def show_known(index: Index, document: Document, as_json: bool) -> None:
    """A document, and how each of its pages begins."""
    from ..show.documents import page_lines, show_document

    numbers = range(1, document.pages + 1)
    begins = [page_lines(index.page(document.name, number)) for number in numbers]
    if as_json:
        print_json({**asdict(document), "page_list": begins})
    else:
        show_document(document, begins, console())


def show_outline(index: Index, document: Document, as_json: bool) -> None:
    """A document's headings, figures and tables with their pages, and the printed page numbers."""
    from ..show.documents import outline_lines
    from ..show.text import plain_lines

    outline = index.outline(document.name)
    if as_json:
        captions = [
            {"kind": c.kind, "number": c.number, "text": c.text, "page": c.page}
            for c in outline.captions
        ]
        print_json(
            {
                "document": document.name,
                "pages": outline.pages,
                "sections": [asdict(section) for section in outline.sections],
                "captions": captions,
                "labels": outline.labels,
            }
        )
    else:
        plain_lines(console(), outline_lines(document.name, outline))


def show_one(
    index: Index, document: Document, page: Page, query: str, save: Path | None, as_json: bool
) -> None:
    """One page: its words, and where those that the query asks for stand."""
    from ..show.passages import show_page
    from ..show.text import count, plain_lines

    boxes = index.matches(document.name, page.number, query) if query.strip() else ()
    if save is not None:
        save_page(index, document, page, boxes, save)
    if as_json:
        print_json(
            {
                "document": document.name,
                "page": page.number,
                "label": page.label,
                "section": page.section,
                "text": page.text,
                "scanned": page.scanned,
                "width": page.width,
                "height": page.height,
                "frame": page.frame,
                "matches": [box.model_dump() for box in boxes],
                "saved": None if save is None else str(save),
            }
        )
        return
    if save is not None:
        words = f", {count(len(boxes), 'place')} marked" if query else ""
        plain_lines(console(), [f"saved {save}{words}"])
        return
    with open_highlighter(query) as marker:
        show_page(document.name, page, marker, console())


def save_page(
    index: Index, document: Document, page: Page, boxes: Sequence[Box], path: Path
) -> None:
    """Draw a page with its matching words marked.

    Raises:
        UsageError: this format has no look, or the file cannot be written.
    """
    from ...media.annotate import Mark, draw

    if page.width <= 0:
        raise UsageError(
            f"{document.name}: {document.type} has no look of its own, only text; leave --save out"
        )
    image, scale = index.view(document.name, page.number)
    picture = picture_of(document, page, image, scale)
    drawn = draw(image, [Mark(box=box, pen=True) for box in boxes], picture)
    try:
        drawn.save(path, "PNG")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from error


def picture_of(document: Document, page: Page, image: Image, scale: float) -> Picture:
    """The page as it was drawn: boxes of the page find their place in it."""
    from ...schema import Origin, Picture

    return Picture(
        sha256=document.sha256,
        width=image.width,
        height=image.height,
        format="PNG",
        name=document.name,
        origin=Origin(document=document.name, page=page.number, scale=scale, frame=page.frame),
    )


@contextmanager
def open_highlighter(query: str) -> Iterator[Highlighter]:
    from ...retrieval.catalog.highlight import Highlighter

    marker = Highlighter(query)
    try:
        yield marker
    finally:
        marker.close()
