"""What all loaders share: what a document says about itself, its pages, and what opens one.

A loader is a function that opens a file of one kind; `DocumentFormat` says which files those are.
`registry` lists the formats, `load` opens a file of any of them.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...closing import Closing
from ...schema import Frame, Origin, Picture
from ...settings import DocumentLimits
from ..pages import XYXY, Page

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "Attachment",
    "DocumentFormat",
    "DocumentInfo",
    "DocumentReader",
    "IllustratedPage",
    "Inset",
    "Leaf",
    "Loader",
    "Renderer",
    "Scan",
]


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What a document says about itself.

    Attributes:
        type: "pdf", "docx", "pptx", "xlsx", "html", "md", "txt", "csv", "picture", or the kind of
            a format that was added.
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
        layer: the page as its own text tells it, where that text is in doubt; kept if reading the
            picture bears it out.
        seconds, until: of a moment of a video, when it begins and ends.
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
    layer: Page | None = None
    seconds: float | None = None
    until: float | None = None

    def pictured(self, name: str) -> tuple[Image.Image, Picture]:
        """Its pixels, and the picture they are of, for whoever reads it; `name` is the document's."""
        from PIL import Image

        width, height = self.size
        picture = Picture(
            sha256=hashlib.sha256(self.rgb).hexdigest(),
            width=width,
            height=height,
            format="RGB",
            name=name,
            origin=Origin(document=name, page=self.number, scale=self.scale, frame=self.frame),
        )
        return Image.frombytes("RGB", self.size, self.rgb), picture


@dataclass(frozen=True, slots=True, eq=False)
class Inset:
    """A picture in a page of text; whoever has OCR puts its words where it stands.

    Attributes:
        after: how many lines of the page come before it.
        size: width and height in pixels.
        rgb: raw RGB, 8 bits a channel, rows from the top.
        box: where it lies in the page's frame; None where the page has no layout.
    """

    after: int
    size: tuple[int, int]
    rgb: bytes
    box: XYXY | None = None


@dataclass(frozen=True, slots=True, eq=False)
class IllustratedPage:
    """A page of text with pictures in it that are large enough to hold words."""

    page: Page
    pictures: tuple[Inset, ...]

    @property
    def number(self) -> int:
        return self.page.number


@dataclass(frozen=True, slots=True, eq=False)
class Attachment:
    """A document that another one holds: what is attached to a mail, a file of an archive."""

    name: str
    data: bytes


Leaf = Page | Scan | IllustratedPage | Attachment
"""What a loader gives: a page, what becomes one once its pictures are read, or another document."""


def _ignore(number: int) -> None:
    """Nobody wants to know which page is being read."""


class DocumentReader(Closing):
    """An open document; a context manager.

    Attributes:
        about: what it says about itself.
        on_page: called with the number of each page whose reading begins, so that a crash can be
            placed.
    """

    about: DocumentInfo
    on_page: Callable[[int], None] = staticmethod(_ignore)

    @abstractmethod
    def pages(self, first: int = 1) -> Iterator[Leaf]:
        """Its pages from number `first` on, consecutive, each read when it is asked for.

        Raises:
            BadInput: the rest of the document cannot be read.
        """

    def close(self) -> None:
        """Let go of the file; reading on is an error."""


class Loader(Protocol):
    """Opens documents of one kind; it runs in the reading process, never in the user's."""

    def __call__(self, path: Path, limits: DocumentLimits, /) -> DocumentReader:
        """Open a document for reading page by page.

        Raises:
            BadInput: damaged, encrypted or over a limit; names the file and what to do.
        """
        ...


class Renderer(Protocol):
    """Draws pages of documents of one kind."""

    def __call__(
        self, path: Path, number: int, limits: DocumentLimits, /
    ) -> tuple[Image.Image, float]:
        """Page `number` (from 1) as a picture, and the units of the page's frame in one pixel.

        Raises:
            BadInput: no such page, or one that cannot be drawn.
        """
        ...


@dataclass(frozen=True)
class DocumentFormat:
    """A kind of document: which files are of it, and what opens them.

    Attributes:
        kind: its short name, as in `Document.type` and in filters: "pdf".
        endings: of file names, in lower case with their dot; each promises this kind.
        called: the kind in a sentence: "a Word document (docx)".
        load: opens one.
        render: draws a page of one; None for documents whose pages have no look of their own.
        recognises: whether a file that begins with these bytes (up to 4096) is one. None leaves that
            to the program's own look at the content, which knows the formats it comes with.
        extra: of this program that brings what reads it; "" where nothing more is needed.
    """

    kind: str
    endings: tuple[str, ...]
    called: str
    load: Loader
    render: Renderer | None = None
    recognises: Callable[[bytes], bool] | None = None
    extra: str = ""
