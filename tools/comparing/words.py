"""Words that differ between two texts: a redline, the fewest words that explain the change.

How lines and pages are broken says nothing of the words: halves of a word are put together, running heads
and page numbers are held against each other by themselves, and the many kinds of quotes and dashes are one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from ...schema import Box
from .anchors import Span, steps_between

ChangeKind = Literal["added", "removed", "changed"]
_CONTEXT = 6  # words before and after that say where a change stands
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—−﹣－", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
        **{chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},
    }
)
"""Kinds of quotes and dashes, what is not seen, and ligatures: printed alike, they say the same."""


class ComparedWord(NamedTuple):
    """A word with its place.

    Attributes:
        page: 1-based.
        box: None where the format has none.
        cell: of a table, by its labels and heads: "Rent, 2024".
        broken: whether it was put together of two halves at a line's end.
        edge: the line at the top or the foot of its page that it stands in, "" for any other: running
            heads are told from the text by that.
    """

    text: str
    page: int = 1
    box: Box | None = None
    cell: str = ""
    broken: bool = False
    edge: str = ""


class TextChange(NamedTuple):
    """Words that were replaced, added or removed.

    Attributes:
        before, after: the words in each version; () where it has none there.
        context: the words around, of the version that has them.
    """

    kind: ChangeKind
    before: tuple[ComparedWord, ...]
    after: tuple[ComparedWord, ...]
    context: str

    @property
    def pages(self) -> tuple[int | None, int | None]:
        """The page in each version, None where it has no such words."""
        first = self.before[0].page if self.before else None
        return first, self.after[0].page if self.after else None

    @property
    def cell(self) -> str:
        """The cell of a table that it stands in, where all of its words do."""
        cells = {word.cell for word in (*self.before, *self.after)}
        return cells.pop() if len(cells) == 1 else ""


def text_changes(before: Sequence[ComparedWord], after: Sequence[ComparedWord]) -> list[TextChange]:
    """What was replaced, added and removed, in order; words that only moved to another page are the same.

    Args:
        before: the first version's words in reading order.
        after: the second's.

    Raises:
        MissingExtra: rapidfuzz is not installed.
    """
    edges = [{word.edge for word in words if word.edge} for words in (before, after)]
    return [
        TextChange(
            "changed" if b2 > b1 and a2 > a1 else "removed" if b2 > b1 else "added",
            tuple(before[b1:b2]),
            tuple(after[a1:a2]),
            _context(before, b1, b2) if b2 > b1 else _context(after, a1, a2),
        )
        for b1, b2, a1, a2 in _together(_differing(before, after))
        if not _same(before[b1:b2], after[a1:a2])
        and not _repeated(before[b1:b2], after[a1:a2], edges)
    ]


def plain(word: ComparedWord) -> str:
    """A word as it is compared: without its kinds of quotes and dashes."""
    return unicodedata.normalize("NFC", word.text).translate(_SAME)


def _key(word: ComparedWord) -> str:
    """Without strokes, too: of a word that a line's end breaks nobody knows whether it has its own."""
    return plain(word).replace("-", "") or plain(word)


def _differing(before: Sequence[ComparedWord], after: Sequence[ComparedWord]) -> Iterator[Span]:
    """Ranges of words of both that differ, in order; those of one key that are written otherwise, too."""
    b, a = 0, 0
    for step in (
        *steps_between([_key(word) for word in before], [_key(word) for word in after]),
        (len(before), len(before), len(after), len(after)),
    ):
        for at in range(step[0] - b):
            one, other = before[b + at], after[a + at]
            if plain(one) != plain(other) and not (one.broken or other.broken):
                yield b + at, b + at + 1, a + at, a + at + 1
        if step[1] > step[0] or step[3] > step[2]:
            yield step
        b, a = step[1], step[3]


def _together(steps: Iterator[Span]) -> Iterator[Span]:
    """Neighbouring edits are one."""
    last: Span | None = None
    for step in steps:
        if last is not None and (last[1], last[3]) == (step[0], step[2]):
            last = (last[0], step[1], last[2], step[3])
            continue
        if last is not None:
            yield last
        last = step
    if last is not None:
        yield last


def _same(before: Sequence[ComparedWord], after: Sequence[ComparedWord]) -> bool:
    """Whether both say the same, and only where words end differs: "30 days" and "30days"."""
    old, new = ("".join(map(plain, words)) for words in (before, after))
    return bool(before and after) and old == new


def _repeated(
    before: Sequence[ComparedWord], after: Sequence[ComparedWord], edges: Sequence[set[str]]
) -> bool:
    """Whether it is only a running head that stands on other pages, or once more."""
    if before and after:
        return False
    there = edges[1] if before else edges[0]
    return all(word.edge in there for word in (*before, *after))


def _context(words: Sequence[ComparedWord], start: int, end: int) -> str:
    around = [word.text for word in words[max(0, start - _CONTEXT) : start]]
    then = [word.text for word in words[end : end + _CONTEXT]]
    return f"{' '.join(around)} … {' '.join(then)}".strip()


def in_one_line(change: TextChange) -> str:
    """A change in words: “12 May” became “14 May”."""
    old = " ".join(word.text for word in change.before)
    new = " ".join(word.text for word in change.after)
    if change.kind == "changed":
        return f"“{old}” became “{new}”"
    return f"“{new}” was added" if change.kind == "added" else f"“{old}” was removed"
