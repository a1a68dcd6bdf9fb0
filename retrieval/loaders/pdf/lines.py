"""From the words of a PDF page to its lines: rows of tables, headings, paragraphs, reading order.

pdfium's order is that of the page's content stream, which is the order of reading nearly always. Three
things are repaired: tables drawn in another order than their rows (`grid`), cells of one row that come
one by one, and columns of text that come interwoven.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ...pages import LineKind, RawLine, Word
from .grid import rows_by_place
from .margins import without_line_numbers
from .words import TextRun

_NUMBER = re.compile(
    r"(?=.*[\d$€£¥₹—–-])[\s$€£¥₹%()\[\]+\-–—−.,:/*†‡'’\d]+(?:[kKmMxX]|bn|bps|pts?)?"
)
"""What a cell of figures looks like: a number with its signs, a dash for nothing, a lone currency."""
_SAME_BASE = 0.35
"""Baselines closer than this share of a font size are one."""
_CELL_GAP = 1.2
"""A gap this many font sizes wide parts cells; justified text stays below it."""
_COLUMN_LINES = 6
_COLUMN_FILL = 0.75
_HEADING_WORDS = 15
_BOLD_LEVEL = 4
_LEVELS = ((1.6, 1), (1.3, 2), (1.12, 3))
"""Font size over the body's, at least; and the level of a heading of that size."""
_BULLET = re.compile(r"[•●▪◦‣∙·*–-]|\(?[0-9a-zA-Z]{1,3}[.)]")
_NEW_PARAGRAPH = 1.35
"""Line spacing, in those usual on the page, that begins a paragraph."""


@dataclass(slots=True)
class Draft:
    """A line in the making."""

    run: TextRun
    kind: LineKind = "text"
    level: int = 0
    begins: bool = False

    def finished(self) -> RawLine:
        return RawLine(tuple(self.run.words), self.kind, self.level, self.begins)


def sizes_of(runs: Iterable[TextRun]) -> Counter[float]:
    """How many characters have each font size, to half a point."""
    sizes: Counter[float] = Counter()
    for run in runs:
        sizes[round(run.size * 2) / 2] += sum(len(word.text) + 1 for word in run.words) - 1
    return sizes


def body_size(pages: Iterable[Counter[float]]) -> float:
    """The font size that most characters of some pages have; 0 without any.

    Args:
        pages: `sizes_of` each.
    """
    sizes: Counter[float] = Counter()
    for page in pages:
        sizes.update(page)
    return max(sizes, key=lambda size: (sizes[size], -size)) if sizes else 0.0


def draft_lines(
    runs: Sequence[TextRun], furniture: set[int], body: float, titles: dict[str, int]
) -> list[Draft]:
    """The lines of a page in reading order, with what each is; furniture at its end.

    Args:
        runs: in pdfium's order.
        furniture: indices of those that repeat on other pages.
        body: font size of running text.
        titles: outline entries that lead to this page, as `plain` writes them, and their levels.
    """
    own, numbers = without_line_numbers([run for at, run in enumerate(runs) if at not in furniture])
    drafts = [Draft(run) for run in _join_cells(_part_columns(rows_by_place(own)))]
    _mark_rows(drafts)
    _mark_headings(drafts, body, titles)
    _mark_beginnings(drafts)
    if numbers is not None:
        drafts.append(Draft(numbers, "furniture", begins=True))
    return drafts + [Draft(runs[at], "furniture", begins=True) for at in sorted(furniture)]


def plain(text: str) -> str:
    """A title without case, spacing and punctuation, to compare it by."""
    return re.sub(r"\W+", " ", text).strip().casefold()


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def cells_of(run: TextRun, gap: float = _CELL_GAP) -> list[list[Word]]:
    """The words of a line, parted where the space between them is wide."""
    cells = [[run.words[0]]]
    for before, word in pairwise(run.words):
        if _space(before, word) > gap * run.size:
            cells.append([])
        cells[-1].append(word)
    return cells


def _space(before: Word, after: Word) -> float:
    return after.box[0] - before.box[2] if before.box and after.box else 0.0


# Columns that come interwoven


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A run that may be a line of two columns: its halves, and the gap between them."""

    left: TextRun
    right: TextRun

    @property
    def gap(self) -> tuple[float, float]:
        return self.left.x2, self.right.x1


def _part_columns(runs: Sequence[TextRun]) -> list[TextRun]:
    """Runs that go across two columns of text are parted: first the left column, then the right."""
    out: list[TextRun] = []
    block: list[_Gutter] = []
    for run in runs:
        halves = _halves(run)
        if halves is not None and _shares_gap([*block, halves]):
            block.append(halves)
            continue
        out += _in_order(block)
        block = [] if halves is None else [halves]
        if halves is None:
            out.append(run)
    return out + _in_order(block)


def _halves(run: TextRun) -> _Gutter | None:
    """A line with one gap that is clearly the widest, and text on both sides of it."""
    if not run.flat or run.row or len(run.words) < 4:
        return None
    spaces = [_space(a, b) for a, b in pairwise(run.words)]
    at = max(range(len(spaces)), key=spaces.__getitem__) + 1
    if spaces[at - 1] < _CELL_GAP * run.size:
        return None
    left, right = run.words[:at], run.words[at:]
    if any(sum(map(is_number, (w.text for w in half))) * 3 > len(half) for half in (left, right)):
        return None
    return _Gutter(replace(run, words=left), replace(run, words=right))


def _shares_gap(block: Sequence[_Gutter]) -> bool:
    gaps = [gutter.gap for gutter in block]
    return (
        min(right for _, right in gaps) - max(left for left, _ in gaps) > 0.5 * block[0].left.size
    )


def _in_order(block: list[_Gutter]) -> list[TextRun]:
    """The left column, then the right one, if that is what it is; else the lines as they came."""
    sides = [[g.left for g in block], [g.right for g in block]]
    if len(block) >= _COLUMN_LINES and all(map(_is_running_text, sides)):
        return sides[0] + sides[1]
    return [replace(g.left, words=g.left.words + g.right.words) for g in block]


def _is_running_text(column: Sequence[TextRun]) -> bool:
    """Lines of prose fill their column; cells of a table do not."""
    widths = [run.x2 - run.x1 for run in column]
    words = sum(len(run.words) for run in column) / len(column)
    return words >= 3 and sum(widths) / len(widths) > _COLUMN_FILL * max(widths)


# Cells that come one by one


def _join_cells(runs: Sequence[TextRun]) -> list[TextRun]:
    """Put cells behind what stands to their left on the same baseline.

    Figures go there from wherever they come (tables are often written column by column), other
    cells only from right behind it, so that columns of text stay apart.
    """
    figures = [run for run in runs if _is_figures(run)]
    lines = dict(enumerate(runs))
    for row in _baselines(runs):
        head = row[0]
        for before, at in pairwise(row):
            run, left = lines[at], lines[head]
            apart = run.x1 - left.x2 > -0.2 * run.size
            if apart and (
                _in_column(run, figures) or (at == before + 1 and _are_cells(runs[before], run))
            ):
                lines[head] = replace(left, words=left.words + run.words)
                del lines[at]
            else:
                head = at
    return list(lines.values())


def _baselines(runs: Sequence[TextRun]) -> list[list[int]]:
    """Indices of runs that stand on one baseline, from left to right."""
    flat = sorted((run.base, at) for at, run in enumerate(runs) if run.flat)
    rows: list[list[int]] = []
    for base, at in flat:
        if rows and base - runs[rows[-1][0]].base <= _SAME_BASE * runs[at].size:
            rows[-1].append(at)
        else:
            rows.append([at])
    return [sorted(row, key=lambda at: runs[at].x1) for row in rows if len(row) > 1]


def _is_figures(run: TextRun) -> bool:
    return run.flat and all(is_number(word.text) for word in run.words)


def _in_column(run: TextRun, figures: Sequence[TextRun]) -> bool:
    """Whether it is figures with other figures above or below."""
    return _is_figures(run) and any(
        other is not run and other.x1 < run.x2 and run.x1 < other.x2 for other in figures
    )


def _are_cells(left: TextRun, right: TextRun) -> bool:
    """Short pieces side by side, or a bullet or number before its text."""
    shortest = len(left.words) <= 4 and len(right.words) <= 4
    return shortest or (len(left.words) == 1 and _BULLET.fullmatch(left.words[0].text) is not None)


# What a line is


def _mark_rows(drafts: Sequence[Draft]) -> None:
    """Rows of figures, and beside them the lines that have cells too: heads of columns."""
    for draft in drafts:
        cells = cells_of(draft.run)
        figures = [cell for cell in cells[1:] if all(is_number(word.text) for word in cell)]
        many = figures and 2 * len(figures) >= len(cells) - 1
        if draft.run.flat and (draft.run.row or many):
            draft.kind = "row"
    for ahead in (drafts, drafts[::-1]):
        for neighbour, draft in pairwise(ahead):
            if neighbour.kind == "row" and len(cells_of(draft.run, 2 * _CELL_GAP)) > 1:
                draft.kind = "row"


def _mark_headings(drafts: Sequence[Draft], body: float, titles: dict[str, int]) -> None:
    plain_body = not _mostly_bold(drafts)
    for at, draft in enumerate(drafts):
        level = titles.get(plain(draft.run.text), 0) or _level(draft, body, plain_body)
        below = drafts[at + 1] if at + 1 < len(drafts) else None
        if level and not _heads_a_column(draft, below):
            draft.kind, draft.level = "heading", level
    _undo_bold_paragraphs(drafts)


def _level(draft: Draft, body: float, plain_body: bool) -> int:
    run = draft.run
    text = run.text
    if draft.kind != "text" or not run.flat or not 1 <= len(run.words) <= _HEADING_WORDS:
        return 0
    if sum(map(str.isalpha, text)) < 3 or text.endswith((",", ";")) or text.count(". ") > 1:
        return 0
    for ratio, level in _LEVELS:
        if body and run.size >= ratio * body:
            return level
    if run.bold and plain_body and run.size > 0.9 * body:
        return _BOLD_LEVEL
    return 0


def _mostly_bold(drafts: Sequence[Draft]) -> bool:
    bold = sum(len(draft.run.words) for draft in drafts if draft.run.bold)
    return 2 * bold > sum(len(draft.run.words) for draft in drafts)


def _heads_a_column(draft: Draft, below: Draft | None) -> bool:
    """A line over the figures of a table: right of the table's first column."""
    if below is None or below.kind != "row":
        return False
    first = cells_of(below.run)[0][-1].box
    return first is not None and draft.run.x1 > first[2]


def _undo_bold_paragraphs(drafts: Sequence[Draft]) -> None:
    """More than three bold lines one after the other are a paragraph, not a heading."""
    stretch: list[Draft] = []
    for draft in [*drafts, None]:
        if draft is not None and draft.kind == "heading" and draft.level == _BOLD_LEVEL:
            stretch.append(draft)
            continue
        if len(stretch) > 3:
            for line in stretch:
                line.kind, line.level = "text", 0
        stretch = []


# Where something new begins


def _mark_beginnings(drafts: Sequence[Draft]) -> None:
    usual = _usual_spacing(drafts)
    for at, draft in enumerate(drafts):
        draft.begins = at == 0 or _begins(drafts[at - 1], draft, usual)


def _begins(above: Draft, draft: Draft, usual: float) -> bool:
    """Whether a paragraph, a table or a heading begins; a heading's second line does not."""
    down = draft.run.base - above.run.base
    if draft.kind == "heading" and above.kind == "heading" and draft.level == above.level:
        return not 0 < down < 2 * max(usual, draft.run.size)
    if draft.kind != above.kind:
        return True
    if down <= 0:  # the next column, or a box beside the text
        return above.run.text.endswith((".", "!", "?", ":"))
    if usual and down > _NEW_PARAGRAPH * usual:
        return True
    if draft.kind == "row":
        return False
    indent = draft.run.x1 - above.run.x1
    bulleted = len(draft.run.words) > 1 and _BULLET.fullmatch(draft.run.words[0].text) is not None
    return bulleted or draft.run.size < indent < 6 * draft.run.size


def _usual_spacing(drafts: Sequence[Draft]) -> float:
    """The median distance of a baseline from the one above it; 0 where that says nothing."""
    steps = [b.run.base - a.run.base for a, b in pairwise(drafts)]
    down = [step for step in steps if 0 < step < 60]
    return median(down) if len(down) > 2 else 0.0
