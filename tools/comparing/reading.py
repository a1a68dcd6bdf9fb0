"""The words of a document's pages in reading order, whatever broke its lines and pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ...retrieval.pages import Page, PageLine
from ...schema import Box, Table
from .words import ComparedWord

_HYPHENS = "-‐\u00ad"
_BETWEEN_CELLS = "|"
_EDGE = 2
"""Lines at the top and at the foot of a page that may be running heads."""


def words_of(pages: Iterable[Page]) -> list[ComparedWord]:
    """The words of pages; those of running heads and feet come last, each of them once."""
    lines = [line for page in pages for line in _lines_of(page)]
    heads = _heads(lines)
    text = [line.words for line in lines if line.letters not in heads or not line.edge]
    last = max((line.words[0].page for line in lines), default=0)
    return [*_put_together(text), *chain.from_iterable(_head(h, last) for h in heads.values())]


class _Line(NamedTuple):
    """Words of a line, their letters alone, and whether it may be a running head."""

    words: list[ComparedWord]
    letters: str
    edge: bool
    furniture: bool


def _lines_of(page: Page) -> Iterator[_Line]:
    outer = {line.start for line in (*page.lines[:_EDGE], *page.lines[-_EDGE:])}
    cells = _cells(page.tables)
    boxes = {int(start): at for at, (start, _) in enumerate(page.spans)}
    for number, line in enumerate(page.lines):
        words = _of_line(page, line, boxes, cells.get(number))
        furniture = line.kind == "furniture"
        edge = furniture or line.start in outer
        letters = "".join(c for word in words for c in word.text if c.isalpha()).casefold()
        if words:
            yield _Line(_marked(words) if edge else words, letters, edge, furniture)


def _heads(lines: Iterable[_Line]) -> dict[str, list[list[ComparedWord]]]:
    """What stands at the edge of several pages, or is known to be a running head; no bare page numbers."""
    found: dict[str, list[_Line]] = {}
    for line in lines:
        if line.edge:
            found.setdefault(line.letters, []).append(line)
    return {
        letters: [line.words for line in alike] if letters else []
        for letters, alike in found.items()
        if any(line.furniture for line in alike)
        or (letters and len({line.words[0].page for line in alike}) > 1)
    }


def _marked(words: Sequence[ComparedWord]) -> list[ComparedWord]:
    """The words of a line at a page's edge."""
    whole = " ".join(word.text for word in words)
    return [word._replace(edge=whole) for word in words]


def _head(lines: Sequence[Sequence[ComparedWord]], pages: int) -> list[ComparedWord]:
    """The words of a running head that are the same on all pages, without how many pages there are."""
    if not lines:
        return []
    counts = Counter(word.text for line in lines for word in line)
    constant = [w for w in lines[0] if counts[w.text] >= len(lines) and w.text != str(pages)]
    return _marked(constant)


def _of_line(
    page: Page, line: PageLine, boxes: dict[int, int], cells: Sequence[str] | None
) -> list[ComparedWord]:
    found, at = [], line.start
    for text in page.text[line.start : line.end].split(" "):
        if text and not (cells is not None and text == _BETWEEN_CELLS):
            box = _box(page, boxes[at]) if at in boxes else None
            found.append(ComparedWord(text, page.number, box))
        at += len(text) + 1
    if cells is not None and len(cells) == len(found):
        return [word._replace(cell=cell) for word, cell in zip(found, cells, strict=True)]
    return found


def _box(page: Page, at: int) -> Box:
    x1, y1, x2, y2 = page.boxes[at].tolist()
    return Box(x1=x1, y1=y1, x2=x2, y2=y2, frame=page.frame)


def _cells(tables: Iterable[Table]) -> dict[int, list[str]]:
    """By the number of a line, the name of the cell that each of its words stands in."""
    named: dict[int, list[str]] = {}
    for table in tables:
        for line, row in zip(table.lines, table.rows, strict=False):
            named[line] = [
                ", ".join(dict.fromkeys((*cell.label, *cell.header)))
                for cell in row
                for _ in cell.text.split()
            ]
    return named


def _put_together(lines: Iterable[Sequence[ComparedWord]]) -> list[ComparedWord]:
    """All words; two halves at a line's end are one, in the place of the first."""
    found: list[ComparedWord] = []
    open_half = False
    for line in lines:
        for at, word in enumerate(line):
            if open_half and at == 0 and word.text[0].islower():
                half = found.pop()
                found.append(half._replace(text=half.text[:-1] + word.text, broken=True))
            else:
                found.append(word)
        open_half = bool(found) and _is_half(found[-1].text)
    return found


def _is_half(text: str) -> bool:
    return len(text) > 1 and text[-1] in _HYPHENS and text[-2].isalpha()
