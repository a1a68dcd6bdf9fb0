"""A file becomes pages: what a document says about itself, and its pages one after the other.

What a file is, its content decides; its name has to agree. A "report.pdf" that holds a web page is
most often a saved log-in or error page, so it is refused by name rather than indexed as the report.
A name that says nothing (".doc", ".tmp", none at all) leaves the choice to the content, and the
kinds of pictures, or of plain text, may be mixed up as they like.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...closing import Closing
from ...errors import BadInput
from ...schema import Frame
from ...settings import DocumentLimits
from ..pages import Page
from .kinds import KNOWN, kind_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["KNOWN", "About", "Opened", "Scan", "open_document", "render"]


@dataclass(frozen=True, slots=True)
class About:
    """What a document says about itself.

    Attributes:
        type: "pdf", "docx", "pptx", "xlsx", "html", "md", "txt", "csv" or "picture".
        title: "" when the file says nothing useful.
        pages: None when only reading to the end would tell.
        date: ISO date of its making from its own metadata, or "".
    """

    type: str
    title: str = ""
    pages: int | None = None
    date: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A page without usable text, as a picture; whoever has OCR makes a `Page` of it.

    Attributes:
        number: 1-based.
        size: width and height in pixels.
        rgb: raw RGB, 8 bits a channel, rows from the top; size[0] * size[1] * 3 bytes.
        scale: units of the page's frame in one pixel.
        width, height: of the page in its frame: points for "page", pixels for "picture".
        section: headings in force where the page begins, outermost first.
        notes: lines about it that are not written on it, such as when and where a photo was taken.
    """

    number: int
    size: tuple[int, int]
    rgb: bytes
    scale: float = 1.0
    width: float = 0.0
    height: float = 0.0
    frame: Frame = "page"
    section: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _nobody(number: int) -> None:
    """Nobody is told which page is being read."""


class Opened(Closing):
    """An open document; a context manager.

    Attributes:
        about: what it says about itself.
        began: told the number of each page whose reading begins, so that a crash can be placed.
    """

    about: About
    began: Callable[[int], None] = staticmethod(_nobody)

    @abstractmethod
    def pages(self, first: int = 1) -> Iterator[Page | Scan]:
        """Its pages from number `first` on, consecutive, each read when it is asked for.

        Raises:
            BadInput: the rest of the document cannot be read.
        """

    def close(self) -> None:
        """Let go of the file; reading on is an error."""


def open_document(path: Path, limits: DocumentLimits) -> Opened:
    """Open a document for reading page by page.

    Raises:
        BadInput: no such file, no document of a known kind, damaged, encrypted or over a limit;
            names the file and what to do.
    """
    kind = kind_of(path, limits)
    if kind == "pdf":
        from .pdf.document import open_pdf

        return open_pdf(path, limits)
    if kind == "picture":
        from .picture import open_picture

        return open_picture(path, limits)
    from .office.document import open_office

    return open_office(path, kind, limits)


def render(path: Path, number: int, limits: DocumentLimits) -> tuple[Image.Image, float]:
    """A page as a picture, and the units of the page's frame in one of its pixels.

    Args:
        path: a PDF or a picture.
        number: 1-based.
        limits: `render_dpi` and `render_pixels` set the size.

    Raises:
        BadInput: no such page, or a kind of document that has no look of its own.
    """
    from PIL import Image

    kind = kind_of(path, limits)
    if kind == "pdf":
        from .pdf.document import render_page

        return render_page(path, number, limits)
    if kind != "picture":
        raise BadInput(str(path), f"is a {kind} document, whose pages have no look; read its text")
    with open_document(path, limits) as opened:
        for page in opened.pages(number):
            if isinstance(page, Scan):
                return Image.frombytes("RGB", page.size, page.rgb), page.scale
    raise BadInput(str(path), f"has no page {number}")
