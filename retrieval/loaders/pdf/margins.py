"""Line numbers in the margin, as courts and drafts have them: apart from the lines that they count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ...pages import Word
from .words import TextRun

__all__ = ["without_line_numbers"]

_FEWEST = 10
"""Numbers of a margin; fewer may be a list."""
_APART = 0.8
"""Font sizes between a number and its line at least."""
_ALIGNED = 2.5
"""Points by which the edges of the numbers differ at most."""
_STEPS = (1, 5)
_WORDS = 5
"""Words of a usual line beside them; cells of a table are shorter."""
_EVERY = 0.8
"""Share of the lines that are counted, where each is."""


def without_line_numbers(runs: Sequence[TextRun]) -> tuple[list[TextRun], TextRun | None]:
    """The runs of a page without the numbers in its left margin, and these as one run.

    Numbers count lines if they follow each other down one edge, left of all else, beside lines of
    running text.
    """
    found = [
        (run, run.words[0])
        for run in runs
        if run.flat
        and run.words[0].text.isdecimal()
        and len(run.words[0].text) <= 4
        and _stands_apart(run)
    ]
    found.sort(key=lambda pair: pair[0].base)
    if len(found) < _FEWEST or not _is_margin(runs, found):
        return list(runs), None
    gone = {id(run) for run, _ in found}
    rest = [
        replace(run, words=run.words[1:]) if id(run) in gone else run
        for run in runs
        if id(run) not in gone or len(run.words) > 1
    ]
    first = found[0][0]
    numbers = [word for _, word in found]
    return rest, replace(first, words=numbers, base=found[-1][0].base)


def _stands_apart(run: TextRun) -> bool:
    if len(run.words) == 1:
        return True
    number, word = run.words[0].box, run.words[1].box
    return number is not None and word is not None and word[0] - number[2] > _APART * run.size


def _is_margin(runs: Sequence[TextRun], found: Sequence[tuple[TextRun, Word]]) -> bool:
    values = [int(word.text) for _, word in found]
    steps = {b - a for a, b in pairwise(values)}
    if len(steps) != 1 or steps.pop() not in _STEPS:
        return False
    boxes = [word.box for _, word in found if word.box is not None]
    left, right = [box[0] for box in boxes], [box[2] for box in boxes]
    if min(max(left) - min(left), max(right) - min(right)) > _ALIGNED:
        return False
    own = {id(word) for _, word in found}
    top, bottom = found[0][0].base, found[-1][0].base
    beside: dict[int, list[Word]] = {}
    for run in runs:
        words = [word for word in run.words if id(word) not in own]
        if not words or not run.flat or not top - 2 <= run.base <= bottom + 2:
            continue
        if any(word.box is not None and word.box[0] < max(right) for word in words):
            return False
        beside.setdefault(round(run.base / 3), []).extend(words)
    lines = [words for words in beside.values() if words]
    if not lines or (values[1] - values[0] == 1 and len(found) < _EVERY * len(lines)):
        return False
    words = [word for line in lines for word in line]
    figures = sum(word.text.strip("().,%").isdecimal() for word in words)
    return len(words) >= _WORDS * len(lines) and 6 * figures < len(words)
