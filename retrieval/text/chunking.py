"""Pages cut into passages: long enough to mean something, short enough to be found by what they say.

A page is taken apart into atoms (sentences, cut at line ends; rows; headings), each of which says how
good a border its beginning is. Passages are then filled atom by atom and end at the best border near
the wanted length, so that headings, tables and paragraphs stay whole where they can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ...errors import UsageError
from ..pages import LineKind, Page, PageLine
from .sentences import count_words, pieces, sentence_ends

__all__ = ["Chunk", "Chunker"]

_NEVER, _INSIDE, _LINE, _SENTENCE, _PARAGRAPH, _TABLE, _HEADING = range(7)
"""How good a border is, worst first; nothing ends between a heading and what follows it."""

_LONGEST_HEADING = 200
"""Characters of a heading that are worth repeating with each of its passages."""
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters `start` to `end` of a page's text: one passage.

    Attributes:
        heading: what most of its words stand under, outermost first.
    """

    start: int
    end: int
    heading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not cut any further; `border` is the one before it."""

    start: int
    end: int
    weight: float
    border: int
    kind: LineKind
    path: tuple[str, ...]


class Chunker:
    """Cuts the pages of one document, in their order, and keeps the headings in force between them.

    Args:
        words: how long a passage is at most, unless one row of a table is longer. Languages without
            spaces are measured by their characters.
        overlap: at most how many words of a passage its follower repeats.
        section: what another chunker's `section` was before the page this one begins with.

    Raises:
        UsageError: more than half of each passage would be repeated.
    """

    def __init__(self, words: int = 200, overlap: int = 40, section: tuple[str, ...] = ()) -> None:
        if words < 1 or overlap < 0 or overlap * 2 > words:
            raise UsageError(
                f"passages of {words} words cannot repeat {overlap}: give at least one word, "
                "and an overlap of at most half of them"
            )
        self._words = words
        self._overlap = overlap
        # Passages of like length are found best: a page in fragments at its headings (and at the bold
        # lines that head nothing) gives many short vectors, each of which knows little.
        self._least = words * 0.75
        self._path = section

    @property
    def section(self) -> tuple[str, ...]:
        """The headings in force, one a level, "" for a level without one; to go on from here."""
        return self._path

    def chunks(self, page: Page) -> list[Chunk]:
        """The passages of a page, in its order; furniture is in none, every other line in one or two."""
        self._enter(page.section)
        chunks: list[Chunk] = []
        for run in _runs(page.lines):
            atoms = self._atoms(page.text, run)
            # What a picture shows and what is written in it are apart however short they are: one
            # vector for both would mean neither.
            parts = _sections(atoms) if page.frame == "picture" else [atoms]
            for part in parts:
                chunks.extend(self._pack(part))
        return chunks

    def _enter(self, section: tuple[str, ...]) -> None:
        """Take over what the document's outline says, unless the headings read so far say more."""
        known = [_plain(heading) for heading in self._path if heading]
        outline = [_plain(heading) for heading in section]
        if outline and known[: len(outline)] != outline:
            self._path = section[:_LEVELS]

    def _atoms(self, text: str, run: Sequence[PageLine]) -> list[_Atom]:
        atoms: list[_Atom] = []
        for block in _blocks(run):
            first = block[0]
            kind = self._kind(text, block)
            if kind == "heading":
                heading = " ".join(text[first.start : block[-1].end].split())
                self._path = _under(self._path, first.level, heading)
            path = tuple(heading for heading in self._path if heading)
            border = _border(atoms[-1].kind if atoms else kind, kind, first.begins)
            for start, end, inner in self._parts(text, block, kind):
                weight = count_words(text[start:end])
                atoms.append(
                    _Atom(start, end, weight, border if inner is None else inner, kind, path)
                )
        return atoms

    def _kind(self, text: str, block: Sequence[PageLine]) -> LineKind:
        """What a block is; a heading as long as a paragraph is a paragraph in large letters."""
        kind = block[0].kind
        if (
            kind == "heading"
            and count_words(text[block[0].start : block[-1].end]) > self._words / 4
        ):
            return "text"
        return kind

    def _parts(
        self, text: str, block: Sequence[PageLine], kind: LineKind
    ) -> Iterator[tuple[int, int, int | None]]:
        """Start, end and the border before each part; None for the first, which depends on the block."""
        first = block[0].start
        if kind != "text":
            yield first, block[-1].end, None
            return
        ends = dict.fromkeys((line.end for line in block), _LINE)
        ends |= dict.fromkeys(
            (first + end for end in sentence_ends(text[first : block[-1].end])), _SENTENCE
        )
        start, border = first, None
        for end in sorted(ends):
            for part in self._bounded(text, start, end):
                yield *part, border
                border = _INSIDE
            border = ends[end]
            start = end

    def _bounded(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """One part of a line, without blanks around it; several of one that is too long."""
        part = text[start:end]
        start += len(part) - len(part.lstrip())
        part = part.strip()
        if not part:
            return
        if count_words(part) <= self._words:
            yield start, start + len(part)
            return
        for left, right in pieces(part, max(1.0, self._words / 8)):
            yield start + left, start + right

    def _pack(self, atoms: Sequence[_Atom]) -> Iterator[Chunk]:
        """Fill passages from atoms, one after the other."""
        sums = list(accumulate((atom.weight for atom in atoms), initial=0.0))
        start = new = 0
        while new < len(atoms):
            end = self._end(atoms, sums, start, new)
            if start < new and sums[end] - sums[start] > self._words:
                start, end = (
                    new,
                    self._end(atoms, sums, new, new),
                )  # what is repeated costs no limit
            chosen = atoms[start:end]
            yield Chunk(chosen[0].start, chosen[-1].end, _heading(chosen))
            start, new = self._repeat(atoms, new, end), end

    def _end(self, atoms: Sequence[_Atom], sums: Sequence[float], start: int, new: int) -> int:
        """Where a passage from atom `start` ends that has at least atom `new`."""
        if sums[-1] - sums[start] <= self._words:
            return len(atoms)
        best = early = 0
        for at in range(new + 1, len(atoms)):
            weight = sums[at] - sums[start]
            border = atoms[at].border
            if weight > self._words and (best or early):
                break
            if border == _NEVER:
                continue
            if weight > self._words:
                return at
            if weight < self._least:
                early = at
            elif not best or border >= atoms[best].border:
                best = at
        return best or early or len(atoms)

    def _repeat(self, atoms: Sequence[_Atom], first: int, end: int) -> int:
        """The atom before `end` with which the next passage begins, so that it repeats some words."""
        if end == len(atoms):
            return end
        best = end
        weight = 0.0
        for at in range(end - 1, first, -1):
            weight += atoms[at].weight
            if weight > self._overlap:
                break
            border = min(atoms[at].border, _SENTENCE)
            if border != _NEVER and (best == end or border >= min(atoms[best].border, _SENTENCE)):
                best = at
        return best


def _sections(atoms: Sequence[_Atom]) -> Iterator[Sequence[_Atom]]:
    """Atoms between headings."""
    borders = [at for at, atom in enumerate(atoms) if not at or atom.border == _HEADING]
    for start, end in zip(borders, [*borders[1:], len(atoms)], strict=True):
        yield atoms[start:end]


def _runs(lines: Sequence[PageLine]) -> Iterator[list[PageLine]]:
    """Lines that follow each other without furniture between them."""
    run: list[PageLine] = []
    for line in lines:
        if line.kind != "furniture":
            run.append(line)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _blocks(run: Sequence[PageLine]) -> Iterator[list[PageLine]]:
    """Paragraphs, rows, and headings (which may go over several lines)."""
    block: list[PageLine] = []
    for line in run:
        joins = (
            block
            and not line.begins
            and line.kind != "row"
            and (line.kind, line.level) == (block[-1].kind, block[-1].level)
        )
        if block and not joins:
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _border(before: LineKind, kind: LineKind, begins: bool) -> int:
    """The border between two blocks of these kinds."""
    if kind == "heading":
        return _INSIDE if before == "heading" else _HEADING
    if before == "heading":
        return _NEVER
    if kind == "row" and before == "row" and not begins:
        return _SENTENCE
    return _TABLE if "row" in (kind, before) else _PARAGRAPH


def _under(path: tuple[str, ...], level: int, heading: str) -> tuple[str, ...]:
    """The path when a heading of a level (1 is the highest) comes."""
    above = min(max(level, 1), _LEVELS) - 1
    kept = path[:above]
    return (*kept, *("",) * (above - len(kept)), heading[:_LONGEST_HEADING])


def _heading(atoms: Sequence[_Atom]) -> tuple[str, ...]:
    """What most of the words stand under; the first of those when they are even."""
    weights: Counter[tuple[str, ...]] = Counter()
    for atom in atoms:
        weights[atom.path] += atom.weight  # type: ignore[assignment]  # counts may be fractions
    return weights.most_common(1)[0][0]


def _plain(heading: str) -> str:
    return " ".join(heading.split()).casefold()
