"""Words that differ between two texts: a redline, the fewest words that explain the change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from ...extensions.extras import needs
from ...retrieval.pages import Page
from ...schema import Box

ChangeKind = Literal["added", "removed", "changed"]
_CONTEXT = 6  # words before and after that say where a change stands


class ComparedWord(NamedTuple):
    """A word with its place: the page (1-based) and a box where the format has one."""

    text: str
    page: int = 1
    box: Box | None = None


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


def words_of(page: Page) -> list[ComparedWord]:
    """The words of a page in reading order."""
    boxes = {int(start): at for at, (start, _) in enumerate(page.spans)}
    found, at = [], 0
    for text in page.text.replace("\n", " ").split(" "):
        if text:
            place = boxes.get(at)
            box = None
            if place is not None:
                x1, y1, x2, y2 = page.boxes[place].tolist()
                box = Box(x1=x1, y1=y1, x2=x2, y2=y2, frame=page.frame)
            found.append(ComparedWord(text, page.number, box))
        at += len(text) + 1
    return found


def text_changes(before: Sequence[ComparedWord], after: Sequence[ComparedWord]) -> list[TextChange]:
    """What was replaced, added and removed, in order; words that only moved to another page are the same.

    Args:
        before: the first version's words in reading order.
        after: the second's.

    Raises:
        MissingExtra: rapidfuzz is not installed.
    """
    return [
        TextChange(
            "changed" if b2 > b1 and a2 > a1 else "removed" if b2 > b1 else "added",
            tuple(before[b1:b2]),
            tuple(after[a1:a2]),
            _context(before, b1, b2) if b2 > b1 else _context(after, a1, a2),
        )
        for b1, b2, a1, a2 in _differing(before, after)
    ]


def _differing(
    before: Sequence[ComparedWord], after: Sequence[ComparedWord]
) -> Iterator[tuple[int, int, int, int]]:
    """Ranges of words of both that stand for each other: neighbouring edits are one."""
    with needs("documents"):
        from rapidfuzz.distance import Indel
    steps = Indel.opcodes([word.text for word in before], [word.text for word in after])
    start: tuple[int, int] | None = None
    end = (0, 0)
    for step in steps:
        if step.tag == "equal":
            if start is not None:
                yield start[0], end[0], start[1], end[1]
            start = None
            continue
        start = start if start is not None else (step.src_start, step.dest_start)
        end = (step.src_end, step.dest_end)
    if start is not None:
        yield start[0], end[0], start[1], end[1]


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
