"""What kind of document a file is: its first bytes decide, and its name has to agree."""

from __future__ import annotations

import mmap
import stat
import zipfile
import zlib
from pathlib import Path

from ...errors import BadInput
from ...media.formats import is_picture
from ...settings import DocumentLimits
from .registry import format_of, promised_kind
from .text_file import wide_encoding

PLAIN = frozenset({"html", "md", "txt", "csv", "json", "jsonl", "ipynb", "xml", "eml"})
"""Kinds that are text all through; which of them, only the name can tell."""

_OFFICE_FOLDERS = {"word/": "docx", "ppt/": "pptx", "xl/": "xlsx"}
_MIMES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
"""Byte order marks of UTF-16 and UTF-32."""
_HEAD = 4096
_PDF_WITHIN = 1024
"""PDF readers accept a header anywhere in the first 1024 bytes (PDF 1.7, appendix H.3, note 13)."""
_TEXT_CONTROLS = bytes((*b"\t\n\v\f\r", 0x1A, 0x1B))
_NOT_TEXT = bytes(set(range(32)) - set(_TEXT_CONTROLS)) + b"\x7f"
_ODD_BYTES = 0.05
"""Share of control characters that old text files (form feeds drawn as boxes, logs) may have."""


def kind_of(path: Path, limits: DocumentLimits) -> str:
    """The kind of a document, that of one of the registered formats.

    Raises:
        BadInput: not a readable regular file, empty, too large, of no known kind, or of another
            kind than its name says.
    """
    head = _read_head(path, limits.bytes)
    promised = promised_kind(path)
    if promised is not None and (recognises := format_of(promised).recognises) is not None:
        if recognises(head):
            return promised
        raise BadInput(str(path), f"is {_not_what_it_promises(promised)}")
    kind = _content_kind(path, head, promised)
    if promised is None or promised == kind:
        return kind
    if promised in PLAIN and kind in PLAIN:
        return promised
    raise BadInput(
        str(path),
        f"is mislabelled: its name says {promised}, but it is {format_of(kind).called}; "
        f"rename it to end in {format_of(kind).endings[0]} to add it as that, or save it again",
    )


def _read_head(path: Path, most: int) -> bytes:
    """The first bytes of a regular file of at most `most` bytes."""
    source = str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise BadInput(source, "is a folder; give the documents in it")
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(source, "is not a regular file; give a document")
        if status.st_size > most:
            raise BadInput(
                source,
                f"has {status.st_size:,} bytes, more than {most:,}; split it, "
                "or raise LOOKTWICE_DOCUMENTS__BYTES",
            )
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise BadInput(source, "there is no such file; it may have been moved") from None
    except PermissionError:
        raise BadInput(source, "may not be read; check its permissions") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise BadInput(source, f"cannot be read ({error})") from None
    if not head:
        raise BadInput(source, "is empty; save or download it again")
    return head


def _content_kind(path: Path, head: bytes, promised: str | None) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\0")
    # A text about PDFs may well name the signature in its first lines.
    if start.startswith(b"%PDF-") or (promised not in PLAIN and b"%PDF-" in head[:_PDF_WITHIN]):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return _ole_kind(path)
    if start.startswith(b"{\\rtf"):
        return "rtf"
    if is_picture(head):
        return "picture"
    if _is_text(head):
        return "html" if _is_html(start) else "txt"
    if promised is not None and promised not in PLAIN:
        raise BadInput(str(path), f"is {_not_what_it_promises(promised)}")
    raise BadInput(str(path), "is not a document or picture of a known kind; save it as a PDF")


def _zip_kind(path: Path) -> str:
    """Which of the zipped office formats this is, by the folders inside."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            mime = archive.read("mimetype")[:100].strip() if "mimetype" in names else b""
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error):
        raise BadInput(
            str(path), "is a damaged or cut off office file or archive; save or download it again"
        ) from None
    if "[Content_Types].xml" in names:
        for folder, kind in _OFFICE_FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return kind
    for start, kind in _MIMES.items():
        if mime.startswith(start):
            return kind
    if mime:
        raise BadInput(str(path), "is an OpenDocument file of a kind not read; save it as PDF")
    return "zip"


def _ole_kind(path: Path) -> str:
    """Outlook keeps mails in the container of Office before 2007; encrypted files are wrapped in it."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            encrypted = data.find("EncryptedPackage".encode("utf-16-le")) >= 0
            mail = data.find("__properties_version1.0".encode("utf-16-le")) >= 0
    except (OSError, ValueError):
        encrypted = mail = False
    if mail:
        return "msg"
    if encrypted:
        raise BadInput(str(path), "is encrypted with a password; save it without one")
    raise BadInput(
        str(path),
        "is an Office file of before 2007 (doc, xls, ppt); save it as docx, xlsx, pptx or PDF",
    )


def _is_text(head: bytes) -> bool:
    if head.startswith(_MARKS) or wide_encoding(head):
        return True
    odd = len(head) - len(head.translate(None, _NOT_TEXT))
    return b"\0" not in head and odd <= _ODD_BYTES * len(head)


def _is_html(start: bytes) -> bool:
    begin = start[:512].lower()
    return begin.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in begin


def _not_what_it_promises(kind: str) -> str:
    return f"damaged or not {format_of(kind).called} at all; save or download it again"
