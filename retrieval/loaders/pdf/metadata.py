"""What a PDF says about itself: title, date, outline, and whether its file is all there."""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from .lines import plain

_ENTRIES = 20_000
_DEPTH = 12
_TITLE_CHARACTERS = 200
_TAIL = 64 * 1024
_SPARE = 64
"""Bytes that a transfer may take off a file's end (a last newline, padding) without harm."""
_LINEARIZED = re.compile(rb"<<([^<>]{0,300}?/Linearized\b[^<>]{0,300})")
_LENGTH = re.compile(rb"/L\s{1,9}(\d+)")
_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel) - .*"
    r"|untitled.*|no title|document ?\d*|slide ?\d*|layout ?\d*|book ?\d*|sheet ?\d*|scan.*"
    r"|powerpoint presentation|print(?:out)?|about:blank|https?://.*"
    r"|.*\.(?:docx?|xlsx?|pptx?|pdf|indd|qxp?d?|tex|dvi|p65|fm|html?|rtf|txt|ai|eps|ps|tiff?|jpe?g))",
    re.IGNORECASE,
)
_NEAR_TOP = 0.25
"""An outline entry that points into this upper part of a page is in force where the page begins."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An outline entry: where it points (page from 1) and its titles, outermost first."""

    page: int
    path: tuple[str, ...]
    at_top: bool


class Outline:
    """A document's outline, asked by page."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = sorted(entries, key=lambda entry: entry.page)
        self._pages = [entry.page for entry in self._entries]

    def section(self, page: int) -> tuple[str, ...]:
        """The titles in force where a page begins, outermost first."""
        before = bisect_right(self._pages, page - 1)
        path = self._entries[before - 1].path if before else ()
        for entry in self._on(page):
            if not entry.at_top:
                break
            path = entry.path
        return path

    def titles(self, page: int) -> dict[str, int]:
        """The titles that lead to a page, as `plain` writes them, with their levels from 1."""
        return {plain(entry.path[-1]): len(entry.path) for entry in self._on(page)}

    def _on(self, page: int) -> list[Entry]:
        return self._entries[bisect_right(self._pages, page - 1) : bisect_right(self._pages, page)]


def outline_of(document: Any) -> Outline:
    """Read the outline; a broken one (loops, no page, thousands of levels) gives what it has."""
    return Outline(list(_entries(document)))


def _entries(document: Any) -> Iterator[Entry]:
    """Depth first, without recursion: an outline may be nested as deep as a file is long."""
    import pypdfium2.raw as pdfium

    seen: set[int] = set()
    first = pdfium.FPDFBookmark_GetFirstChild(document, None)
    stack: list[tuple[Any, tuple[str, ...]]] = [(first, ())] if first else []
    while stack and len(seen) < _ENTRIES:
        mark, above = stack.pop()
        address = ctypes.addressof(mark.contents)
        if address in seen:
            continue
        seen.add(address)
        title = _title_of(mark)
        path = (*above, title) if title else above
        found = _target(document, mark)
        if title and found is not None:
            yield Entry(found[0], path, found[1])
        after = pdfium.FPDFBookmark_GetNextSibling(document, mark)
        if after:
            stack.append((after, above))
        child = pdfium.FPDFBookmark_GetFirstChild(document, mark)
        if child and len(path) < _DEPTH:
            stack.append((child, path))


def _title_of(mark: Any) -> str:
    import pypdfium2.raw as pdfium

    size = pdfium.FPDFBookmark_GetTitle(mark, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFBookmark_GetTitle(mark, buffer, size)
    return _line(buffer.raw[:size].decode("utf-16-le", "replace"))


def _target(document: Any, mark: Any) -> tuple[int, bool] | None:
    """The page (from 1) an entry points at, and whether at its upper part."""
    import pypdfium2.raw as pdfium

    goal = pdfium.FPDFBookmark_GetDest(document, mark)
    if not goal:
        action = pdfium.FPDFBookmark_GetAction(mark)
        goal = action and pdfium.FPDFAction_GetDest(document, action)
    index = pdfium.FPDFDest_GetDestPageIndex(document, goal) if goal else -1
    if index < 0:
        return None
    has_x, has_y, has_zoom = (ctypes.c_int() for _ in range(3))
    x, y, zoom = (ctypes.c_float() for _ in range(3))
    known = pdfium.FPDFDest_GetLocationInPage(goal, has_x, has_y, has_zoom, x, y, zoom)
    if not known or not has_y.value:
        return index + 1, True
    size = pdfium.FS_SIZEF()
    pdfium.FPDF_GetPageSizeByIndexF(document, index, size)
    return index + 1, y.value > (1 - _NEAR_TOP) * size.height


def title_of(document: Any, path: Path) -> str:
    """The title in the metadata, or "" when it is only what some program put there."""
    title = _line(_meta(document, "Title"))
    letters = sum(map(str.isalpha, title))
    if letters < 4 or 4 * letters < len(title) or _NO_TITLE.fullmatch(title):
        return ""
    return "" if plain(title) == plain(path.stem) else title


def date_of(document: Any) -> str:
    """The day of its making as an ISO date, or "" (PDF 1.7, 7.9.4: D:YYYYMMDD...)."""
    found = re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", _meta(document, "CreationDate"))
    if found is None:
        return ""
    year, month, day = map(int, found.groups())
    try:
        return date(year, month, day).isoformat() if 1980 <= year < 2200 else ""
    except ValueError:
        return ""


def _meta(document: Any, key: str) -> str:
    import pypdfium2.raw as pdfium

    name = key.encode("ascii")
    size = pdfium.FPDF_GetMetaText(document, name, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDF_GetMetaText(document, name, buffer, size)
    return buffer.raw[:size].decode("utf-16-le", "replace")


def _line(text: str) -> str:
    """One line without control characters, of bounded length."""
    spaced = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(spaced.split())[:_TITLE_CHARACTERS].strip()


def is_cut_off(path: Path) -> bool:
    """Whether the end of a PDF file is missing.

    pdfium repairs what it can and would show the pages that are left; a report of which a part is
    silently gone is worse than one that is refused. A file written for the web (linearized) says
    how long it is; any other ends with a `%%EOF` or at least says where its index is.
    """
    with path.open("rb") as file:
        head = file.read(2048)
        length = file.seek(0, 2)
        file.seek(max(0, length - _TAIL))
        tail = file.read()
    hint = _LINEARIZED.search(head)
    stated = _LENGTH.search(hint[1]) if hint is not None else None
    if stated is not None and length < int(stated[1]) - _SPARE:
        return True
    return b"%%EOF" not in tail and b"startxref" not in tail
