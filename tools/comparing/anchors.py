"""Where two sequences differ, also very long ones.

Short ones are aligned as a whole (the longest common subsequence, by rapidfuzz). That takes memory for each
pair of places, so long ones are cut first at runs of words that each has once (after patience diff).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from ...extensions.extras import needs

Span = tuple[int, int, int, int]
"""From where to where in the first, and from where to where in the second."""

_WHOLE = 100_000_000
"""Pairs of places that are aligned at once: 13 MB."""
_RUN = 6
"""Words of a run that is looked for in both."""


def steps_between(first: Sequence[str], second: Sequence[str]) -> Iterator[Span]:
    """The ranges that stand for each other and differ, in order.

    Raises:
        MissingExtra: rapidfuzz is not installed.
    """
    if len(first) * len(second) <= _WHOLE:
        yield from _aligned(first, second)
        return
    anchors = _anchors(first, second)
    if not anchors:  # hardly a word in common
        yield 0, len(first), 0, len(second)
        return
    a, b = 0, 0
    for x, y in (*anchors, (len(first), len(second))):
        for step in steps_between(first[a:x], second[b:y]):
            yield a + step[0], a + step[1], b + step[2], b + step[3]
        a, b = x, y


def _aligned(first: Sequence[str], second: Sequence[str]) -> Iterator[Span]:
    with needs("documents"):
        from rapidfuzz.distance import Indel
    for step in Indel.opcodes(list(first), list(second)):
        if step.tag != "equal":
            yield step.src_start, step.src_end, step.dest_start, step.dest_end


def _anchors(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """Where runs begin that both have once, as many as stand in the same order in both."""
    places = [_once(words) for words in (first, second)]
    pairs = sorted((at, places[1][run]) for run, at in places[0].items() if run in places[1])
    return [pair for pair in _rising(pairs) if pair != (0, 0)]


def _once(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    runs = [tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)]
    count = Counter(runs)
    return {run: at for at, run in enumerate(runs) if count[run] == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most pairs whose second members rise, too."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for at, (_, y) in enumerate(pairs):
        place = bisect_left(ends, y)
        ends[place : place + 1] = [y]
        last[place : place + 1] = [at]
        before.append(last[place - 1] if place else -1)
    chain: list[tuple[int, int]] = []
    at = last[-1] if last else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]
