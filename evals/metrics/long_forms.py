"""Whether a long answer does what was asked: it has the parts it must have, in the shape wanted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from .text import contains

Shape = Literal["prose", "list", "table"]
ENOUGH = 0.7
"""Share of the parts from which an answer fulfils its task: readers of pictures slip now and then."""
_MOST_ALIKE = 2
_LONG = 8
"""Letters from which a line that comes again and again is a fault, not an entry such as "closed"."""
_CURRENCY = re.compile(r"[€£¥$]")
_OURS = re.compile(r"</?data>|^\[E\d+\]|^text read\b|^picture \d+:|^Evidence:", re.I | re.M)
"""What only our own prompts hold."""


def fulfilled(answer: str, right: Sequence[str], shape: Shape) -> float:
    """1 when the answer has at least `ENOUGH` of its parts and repeats neither itself nor our prompts.

    Parts are joined by "<AND>". Pieces of a part that belong together (a thing <WITH> its price) stand
    in one line of a list, one row of a table, anywhere in prose; a piece may be told in several ways
    (Monday <OR> Montag). A list of several parts has several lines.

    Args:
        right: one or more such truths; the best counts.
        shape: of the answer.
    """
    if repeats_itself(answer) or _OURS.search(answer):
        return 0.0
    answer = _CURRENCY.sub(r" \g<0> ", answer)
    places = {"prose": [answer], "list": _lines(answer), "table": _rows(answer)}[shape]
    best = 0.0
    for truth in right:
        parts = truth.split("<AND>")
        if shape != "prose" and len(places) < min(2, len(parts)):
            continue
        best = max(best, sum(_has(places, part) for part in parts) / len(parts))
    return float(best >= ENOUGH)


def repeats_itself(answer: str) -> bool:
    """Whether a long line comes more than twice."""
    lines = Counter(line for line in _lines(answer) if sum(map(str.isalpha, line)) >= _LONG)
    return any(times > _MOST_ALIKE for times in lines.values())


def _has(places: Sequence[str], part: str) -> bool:
    pieces = [piece.split("<OR>") for piece in part.split("<WITH>")]
    return any(all(contains(place, ways) for ways in pieces) for place in places)


def _lines(answer: str) -> list[str]:
    return [line.strip() for line in answer.splitlines() if line.strip()]


def _rows(answer: str) -> list[str]:
    """Rows of a Markdown table, without their bars."""
    return [line.replace("|", " | ") for line in _lines(answer) if line.count("|") >= 2]
