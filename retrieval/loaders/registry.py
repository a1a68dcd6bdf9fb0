"""Which kinds of documents can be read, and what opens each: the one place to add a format.

    register(DocumentFormat("dbf", (".dbf",), "a table of dBase", open_dbf, recognises=is_dbf))

A folder that is added is searched for files with the endings of all formats, and `open_document`
opens each by the `Loader` of its kind. Documents are read in a process of their own, which imports
this module anew: a format has to be registered there as well, so do it where this module sees to it,
not in a script. An installed package brings formats as entry points `looktwice.loaders`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...extensions.extras import needs
from ...extensions.plugins import Plugin, load_plugins
from ...media.video import is_video
from ...settings import DocumentLimits
from .base import DocumentFormat, DocumentReader, Loader

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["format_of", "formats", "plugged_in", "promised_kind", "register"]


def _open_pdf(path: Path, limits: DocumentLimits) -> DocumentReader:
    from .pdf.document import open_pdf

    return open_pdf(path, limits)


def _render_pdf(path: Path, number: int, limits: DocumentLimits) -> tuple[Image.Image, float]:
    from .pdf.document import render_page

    return render_page(path, number, limits)


def _open_picture(path: Path, limits: DocumentLimits) -> DocumentReader:
    from .picture import open_picture

    return open_picture(path, limits)


def _render_picture(path: Path, number: int, limits: DocumentLimits) -> tuple[Image.Image, float]:
    from .picture import render_picture

    return render_picture(path, number, limits)


def _office(kind: str) -> Loader:
    def load(path: Path, limits: DocumentLimits) -> DocumentReader:
        from .office.document import open_office

        with needs("documents"):
            return open_office(path, kind, limits)

    return load


def _more(kind: str) -> Loader:
    def load(path: Path, limits: DocumentLimits) -> DocumentReader:
        with needs("documents"):
            from .office.more import open_more

            return open_more(path, kind, limits)

    return load


def _open_archive(path: Path, limits: DocumentLimits) -> DocumentReader:
    from .archive import open_archive

    return open_archive(path, limits, lambda name: promised_kind(Path(name)) is not None)


def _open_video(path: Path, limits: DocumentLimits) -> DocumentReader:
    from .video.document import open_video

    return open_video(path, limits)


def _render_video(path: Path, number: int, limits: DocumentLimits) -> tuple[Image.Image, float]:
    from .video.document import render_video

    return render_video(path, number, limits)


_VIDEOS = (
    *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".wmv", ".flv"),
    *(".ogv", ".3gp"),
)
_PICTURES = (
    *(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif"),
    ".avif",
)
_BUILT_IN = (
    DocumentFormat("pdf", (".pdf",), "a PDF", _open_pdf, _render_pdf, extra="documents"),
    DocumentFormat(
        "docx", (".docx",), "a Word document (docx)", _office("docx"), extra="documents"
    ),
    DocumentFormat(
        "pptx", (".pptx",), "a PowerPoint presentation (pptx)", _office("pptx"), extra="documents"
    ),
    DocumentFormat(
        "xlsx", (".xlsx",), "an Excel workbook (xlsx)", _office("xlsx"), extra="documents"
    ),
    DocumentFormat(
        "html", (".html", ".htm", ".xhtml"), "a web page", _office("html"), extra="documents"
    ),
    DocumentFormat("md", (".md", ".markdown"), "a Markdown text", _office("md"), extra="documents"),
    DocumentFormat("txt", (".txt", ".text"), "plain text", _office("txt"), extra="documents"),
    DocumentFormat(
        "csv", (".csv", ".tsv"), "a table as text (csv)", _office("csv"), extra="documents"
    ),
    DocumentFormat(
        "rtf", (".rtf",), "a text in Rich Text Format (rtf)", _more("rtf"), extra="documents"
    ),
    DocumentFormat(
        "odt", (".odt", ".ott"), "an OpenDocument text (odt)", _more("odt"), extra="documents"
    ),
    DocumentFormat(
        "ods", (".ods", ".ots"), "an OpenDocument sheet (ods)", _more("ods"), extra="documents"
    ),
    DocumentFormat(
        "odp",
        (".odp", ".otp"),
        "an OpenDocument presentation (odp)",
        _more("odp"),
        extra="documents",
    ),
    DocumentFormat("epub", (".epub",), "a book (epub)", _more("epub"), extra="documents"),
    DocumentFormat("eml", (".eml",), "a mail (eml)", _more("eml"), extra="documents"),
    DocumentFormat("msg", (".msg",), "a mail of Outlook (msg)", _more("msg"), extra="documents"),
    DocumentFormat("json", (".json",), "data as text (json)", _more("json"), extra="documents"),
    DocumentFormat(
        "jsonl",
        (".jsonl", ".ndjson"),
        "data line by line (jsonl)",
        _more("jsonl"),
        extra="documents",
    ),
    DocumentFormat("ipynb", (".ipynb",), "a notebook (ipynb)", _more("ipynb"), extra="documents"),
    DocumentFormat("xml", (".xml",), "data as text (xml)", _more("xml"), extra="documents"),
    DocumentFormat("zip", (), "an archive (zip)", _open_archive),
    DocumentFormat(
        "picture", _PICTURES, "a picture", _open_picture, _render_picture, extra="experts"
    ),
    DocumentFormat(
        "video", _VIDEOS, "a video", _open_video, _render_video, recognises=is_video, extra="video"
    ),
)
_formats: dict[str, DocumentFormat] = {known.kind: known for known in _BUILT_IN}


@cache
def plugged_in() -> tuple[Plugin, ...]:
    """The plug-ins that bring formats (entry points `looktwice.loaders`), registered once."""
    return tuple(load_plugins("looktwice.loaders", _take))


def _take(brought: object) -> None:
    for item in brought if isinstance(brought, list | tuple) else [brought]:
        if not isinstance(item, DocumentFormat):
            raise UsageError(f"expected a DocumentFormat, got a {type(item).__name__}")
        register(item)


def formats() -> tuple[DocumentFormat, ...]:
    """Every kind of document that can be read, the built-in ones first."""
    plugged_in()
    return tuple(_formats.values())


def format_of(kind: str) -> DocumentFormat:
    """The format of this kind; KeyError where there is none."""
    plugged_in()
    return _formats[kind]


def promised_kind(path: Path) -> str | None:
    """The kind that a file's name promises; None for a name that says nothing."""
    plugged_in()
    return _promised(path.suffix.lower())


def _promised(ending: str) -> str | None:
    return next((known.kind for known in _formats.values() if ending in known.endings), None)


def register(added: DocumentFormat) -> None:
    """Add a format.

    Raises:
        UsageError: its kind or one of its endings is taken.
    """
    if added.kind in _formats:
        raise UsageError(f"the kind of document {added.kind!r} is registered already")
    for ending in added.endings:
        if (taken := _promised(ending)) is not None:
            raise UsageError(f"{added.kind}: files ending in {ending} are {taken} already")
    _formats[added.kind] = added
