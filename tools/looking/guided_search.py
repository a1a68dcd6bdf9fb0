"""Searching pictures for the part that answers a question, from coarse to fine.

The idea of V* (search for what is missing, keep where it was found) with the split of Divide, Conquer
and Combine, as a best-first search like ZoomEye's: whatever looks most promising is looked at next, at
low resolution, so that a search costs a handful of cheap looks instead of one for every part; it ends
where a part surely shows it.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...errors import BadInput
from ...media.store import Store
from ...schema import Picture
from ..places import whole
from .regions import Region, distinct, split

SMALLEST = 48
"""Parts with a shorter side, in pixels of the picture, are not split: there is nothing more in them."""

_SURE = 0.5  # from which a part counts as showing what is asked
_FOUND = 0.9  # from which it is found: what lies beside it is looked at, nothing further
_AS_SURE = 0.75  # a part this nearly as sure as what it lies in takes its place: it shows more


class RegionMatch(NamedTuple):
    """A part of a picture that was looked at, and how sure it is that it shows what is asked."""

    picture: Picture
    region: Region


Look = Callable[[Picture, Region], float]
"""How sure it is that a region shows what is asked, 0..1; a cheap look."""


@dataclass(frozen=True)
class Effort:
    """What a search may cost and when it is done.

    Attributes:
        looks: parts that may be looked at.
        keep: parts that are returned at most.
        pixels: a part of at most so many is seen whole by the model; it is not split further.
    """

    looks: int = 12
    keep: int = 2
    pixels: int = 1_003_520


@dataclass(frozen=True)
class _Node:
    found: RegionMatch
    parent: _Node | None


def search(
    pictures: Sequence[Picture],
    candidates: Iterable[RegionMatch],
    look: Look,
    effort: Effort,
) -> list[RegionMatch]:
    """The parts that most surely show what is asked, best first; empty if none does.

    Candidates (from boxes, lines, attention) are looked at first, then the pictures are split where
    it is most promising. Of parts inside each other the smallest that is nearly as sure is kept.

    Args:
        pictures: where to search.
        candidates: parts to begin with, the most promising first.
        look: scores one part.
        effort: the bounds.
    """
    counter = itertools.count()
    queue: list[tuple[float, int, _Node]] = []
    seen: list[_Node] = []

    def put(node: _Node, hope: float) -> None:
        if _room_to_split(node.found, effort):
            heapq.heappush(queue, (-hope, next(counter), node))

    def looked_at(found: RegionMatch, parent: _Node | None) -> _Node:
        score = look(found.picture, found.region)
        region = Region(found.region.name, found.region.box, score)
        node = _Node(RegionMatch(found.picture, region), parent)
        seen.append(node)
        return node

    for candidate in itertools.islice(candidates, effort.looks):
        put(node := looked_at(candidate, None), node.found.region.score)
    if any(_found(node, effort) for node in seen):
        return _best(seen, effort.keep)
    for picture in pictures:  # not looked at: the model saw them already
        put(
            _Node(RegionMatch(picture, Region("whole picture", whole(picture), _SURE)), None), _SURE
        )
    while queue and len(seen) < effort.looks:
        _, _, node = heapq.heappop(queue)
        picture, region = node.found
        parts = split(region)[: effort.looks - len(seen)]
        children = [looked_at(RegionMatch(picture, part), node) for part in parts]
        if any(_found(child, effort) for child in children):
            break
        for child in children:
            put(child, child.found.region.score)
    return _best(seen, effort.keep)


def _found(node: _Node, effort: Effort) -> bool:
    """Whether a part surely shows it, and is small enough to be seen whole."""
    return node.found.region.score >= _FOUND and not _room_to_split(node.found, effort)


def _room_to_split(found: RegionMatch, effort: Effort) -> bool:
    box, scale = found.region.box, (found.picture.origin.scale if found.picture.origin else 1.0)
    wide, high = box.width / scale, box.height / scale
    return wide * high > effort.pixels and min(wide, high) / 2 >= SMALLEST


def _best(seen: Sequence[_Node], keep: int) -> list[RegionMatch]:
    """Sure parts without those that a part of theirs replaces, best first, no two much alike."""
    sure = [n for n in seen if n.found.region.score >= _SURE]
    replaced = {
        id(n.parent)
        for n in sure
        if n.parent and n.found.region.score >= _AS_SURE * n.parent.found.region.score
    }
    left = [n.found for n in sure if id(n) not in replaced]
    ranked = sorted(left, key=lambda f: -f.region.score)
    best: list[RegionMatch] = []
    for picture in dict.fromkeys(f.picture for f in ranked):
        regions = distinct((f.region for f in ranked if f.picture == picture), keep)
        best += [RegionMatch(picture, region) for region in regions]
    return sorted(best, key=lambda f: -f.region.score)[:keep]


def cut(
    store: Store, found: RegionMatch, *, least_side: int, most_pixels: int, keep: bool = True
) -> Picture | None:
    """A part as a picture of its own that knows its place; None where the part is empty.

    Args:
        store: holds the pictures.
        found: the part.
        least_side: smaller parts are enlarged to it.
        most_pixels: larger parts are reduced to it.
        keep: write it to the store; off for what is looked at once.
    """
    try:
        return store.crop(
            found.picture,
            found.region.box,
            min_side=least_side,
            max_pixels=most_pixels,
            keep=keep,
        )
    except BadInput:
        return None
