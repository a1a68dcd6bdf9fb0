"""Which evidence goes before the model when not all of it fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...schema import Calculation, Evidence, Picture
from ...tools.places import WHOLE, share
from ..text.facts import numbers, squeezed
from .grounding import facts_in, facts_of
from .rendering import estimate_tokens, fit, in_words

RANKED = ("passage", "image")
"""Kinds that come in order of relevance: the best are kept whole, the rest left out."""
_HOUSEHOLD = frozenset("0 1 2 4 7 12 24 52 60 100 360 365 1000 1000000".split())
"""Numbers a sum may hold without having read them: halves, quarters, hours, months, percent, units."""


def keep(evidence: Sequence[Evidence], tokens: int) -> list[Evidence]:
    """Distinct evidence within a budget of tokens, in its order.

    What was seen in pictures shares the tokens; ranked passages are whole, as many as fit into what is
    left (at least half, where there are both).
    """
    distinct = list({(e.source, in_words(e)): e for e in evidence}.values())
    ranked = [n for n, e in enumerate(distinct) if e.kind in RANKED]
    others = [n for n, e in enumerate(distinct) if e.kind not in RANKED]
    room = tokens // 2 if ranked else tokens
    chosen = dict(zip(others, _shared([distinct[n] for n in others], room), strict=True))
    room = tokens - sum(estimate_tokens(in_words(e)) for e in chosen.values())
    chosen |= {ranked[n]: e for n, e in _best([distinct[n] for n in ranked], room).items()}
    return [chosen[n] for n in sorted(chosen)]


def unrepeated(
    new: Sequence[Evidence], known: Sequence[Evidence], pictures: Iterable[Picture]
) -> tuple[Evidence, ...]:
    """New evidence without the words of a whole picture that were read before.

    A closer look at all of a picture reads it again; twice before the model, its text takes seconds to
    read and makes a small model surer than it should be. What is read of a part stays: it says where.
    """
    sizes = {p.original: p for p in pictures}
    read = {
        (e.source, squeezed(line.text))
        for e in (*known, *new)
        if e.kind == "text"
        for line in e.lines
    }

    def fresh(item: Evidence) -> Evidence:
        picture = sizes.get(item.source.picture or "")
        if item.kind != "region" or not item.boxes or picture is None:
            return item
        if share(item.boxes[0], picture) < WHOLE:
            return item
        left = [x.text for x in item.lines if (item.source, squeezed(x.text)) not in read]
        words = " / ".join(line.text for line in item.lines)
        if not words or len(left) == len(item.lines):
            return item
        return item.model_copy(
            update={"text": item.text.replace(words, " / ".join(left) or "as read before")}
        )

    return tuple(map(fresh, new))


def trusted(
    evidence: Sequence[Evidence],
    question: str,
    pictured: bool = False,
    extracts: Iterable[Evidence] = (),
) -> tuple[Evidence, ...]:
    """The evidence without sums of numbers that nothing holds: a model may make its operands up.

    Where nothing but sums is at hand, they were all that was asked for.

    Args:
        pictured: the question came with a picture, so sums without a look at it were not.
        extracts: what else of retrieved pages was read.
    """
    sums = sum(e.calculation is not None for e in evidence)
    if sums == 0 or (sums == len(evidence) and not pictured):
        return tuple(evidence)
    read = [facts_in(e) for e in (*evidence, *extracts) if e.calculation is None]
    known = {fact.lstrip("-") for fact in facts_of(question).union(*read)}

    def holds(made: Calculation) -> bool:
        operands = {n.lstrip("-") for n in numbers(made.expression)}
        return bool(operands & known) and operands <= known | _HOUSEHOLD

    return tuple(e for e in evidence if e.calculation is None or holds(e.calculation))


def _shared(evidence: Sequence[Evidence], tokens: int) -> list[Evidence]:
    """All of it, long texts cut to an even share."""
    share = tokens // max(1, len(evidence))
    spare = sum(max(0, share - estimate_tokens(e.text)) for e in evidence)
    long = sum(1 for e in evidence if estimate_tokens(e.text) > share)
    room = share + (spare // long if long else 0)
    return [e.model_copy(update={"text": fit(e.text, room)}) for e in evidence]


def _best(evidence: Sequence[Evidence], tokens: int) -> dict[int, Evidence]:
    """The best whole, by their places, as many as fit; the very best cut to what there is, if need be."""
    chosen: dict[int, Evidence] = {}
    for n in by_rank(evidence):
        cost = estimate_tokens(in_words(evidence[n]))
        if cost <= tokens:
            chosen[n] = evidence[n]
            tokens -= cost
        elif not chosen:
            return {n: _cut(evidence[n], tokens)}
    return chosen


def _cut(item: Evidence, tokens: int) -> Evidence:
    """A passage with as many lines of its text as there is room for; its rows are then told as written."""
    place = item.model_copy(update={"text": "", "tables": ()})
    room = tokens - estimate_tokens(in_words(place))
    return place.model_copy(update={"text": fit(item.text, room)})


def by_rank(evidence: Sequence[Evidence]) -> list[int]:
    """Places of ranked evidence, best first.

    Hits of several searches take turns by rank, those of the last search first: the earlier ones alone
    did not do.
    """
    calls = [e.call for e in evidence]
    searches = list(dict.fromkeys(calls))
    ranks = [calls[:n].count(call) for n, call in enumerate(calls)]
    return sorted(range(len(calls)), key=lambda n: (ranks[n], -searches.index(calls[n])))
