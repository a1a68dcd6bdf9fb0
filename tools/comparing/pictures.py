"""The tool `compare_pictures`: what differs between two pictures, with a box in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ...media.store import Store
from ...schema import Box, Evidence, FoundDifference, Picture, Value
from ..base import Tool, tool
from ..detection.detector import Detector
from ..execution.results import picture_source
from ..ocr.reader import Reader
from .describing import ExpertView, described, looked_at
from .regions import Kind, differing_regions
from .words import in_one_line, text_changes

COMPARE = "compare_pictures"

_MUCH = 0.25
"""Share that differs from which two papers are compared by their words: lines have moved."""
_FEWEST_WORDS = 20
_MOST = 20
"""Differences that are told, the largest first."""


class PictureDifference(Value):
    """One difference between two pictures.

    Attributes:
        kind: "added" is in the second only, "removed" in the first only.
        text: what it is, in words.
        first, second: where it stands in each picture; None where it has no place in that one.
    """

    kind: Kind
    text: str
    first: Box | None = None
    second: Box | None = None


class Differences(Value):
    """What differs between two pictures.

    Attributes:
        same_scene: False where they show different things, which are compared as wholes.
    """

    same_scene: bool
    found: tuple[PictureDifference, ...] = ()


@dataclass(frozen=True)
class PictureComparer:
    """Finds what differs between two pictures; experts that are missing say nothing of it."""

    store: Store
    detector: Detector | None = None
    reader: Reader | None = None

    def compare(self, first: Picture, second: Picture) -> Differences:
        """The differences, the largest first.

        Raises:
            MissingExtra: OpenCV is not installed.
        """
        images = self.store.open(first), self.store.open(second)
        compared = differing_regions(*images, (first, second))
        if compared.same_scene and not compared.regions:
            return Differences(same_scene=True)
        seen = [
            looked_at(image, picture, self.detector, self.reader)
            for image, picture in zip(images, (first, second), strict=True)
        ]
        papers = min(len(side.words) for side in seen) >= _FEWEST_WORDS
        if papers and (not compared.same_scene or compared.share > _MUCH):
            return Differences(same_scene=True, found=_by_words(*seen))
        if not compared.same_scene:
            return Differences(same_scene=False, found=_as_wholes(*seen))
        told = [(region, *described(region, *seen)) for region in compared.regions[:_MOST]]
        return Differences(
            same_scene=True,
            found=tuple(
                PictureDifference(
                    kind=old.kind, text=text, first=region.first, second=region.second
                )
                for old, text, region in told
            ),
        )


def _by_words(first: ExpertView, second: ExpertView) -> tuple[PictureDifference, ...]:
    """Of two versions of a paper, the words that are read otherwise."""
    return tuple(
        PictureDifference(
            kind=change.kind,
            text=in_one_line(change),
            first=_box(word.box for word in change.before),
            second=_box(word.box for word in change.after),
        )
        for change in text_changes(first.words, second.words)
    )


def _as_wholes(first: ExpertView, second: ExpertView) -> tuple[PictureDifference, ...]:
    """Of two different scenes, what is counted and read in only one."""
    counts = [Counter(item.label for item in side.objects) for side in (first, second)]
    found = []
    for label in sorted(counts[0].keys() | counts[1].keys()):
        before, after = counts[0][label], counts[1][label]
        if before != after:
            boxes = [
                _box(item.box for item in side.objects if item.label == label)
                for side in (first, second)
            ]
            kind: Kind = "removed" if not after else "added" if not before else "changed"
            text = f"{label}: {before} in the first, {after} in the second"
            found.append(PictureDifference(kind=kind, text=text, first=boxes[0], second=boxes[1]))
    return (*found, *_by_words(first, second))


def _box(boxes: Iterable[Box | None]) -> Box | None:
    known = [box for box in boxes if box is not None]
    return Box.around(known) if known else None


def _as_tuple(box: Box | None) -> tuple[Box, ...]:
    return () if box is None else (box,)


def compare_tool(comparer: PictureComparer) -> Tool:
    """The tool `compare_pictures`."""

    @tool(
        name=COMPARE,
        examples=["What changed?", "Spot the differences between the two pictures."],
        title="Comparing the pictures",
        done="compared the pictures",
        cache=True,
    )
    def compare_pictures(picture: Picture, other: Picture) -> list[Evidence]:
        """Find what differs between two pictures of one scene, or two versions of a page.

        Args:
            picture: The first picture.
            other: The picture it is compared with.
        """
        return differences_evidence(comparer.compare(picture, other), picture, other)

    return compare_pictures


def differences_evidence(found: Differences, first: Picture, second: Picture) -> list[Evidence]:
    """The differences in words with their places in the first picture, then their places in the second."""
    if not found.found:
        text = (
            "no difference found; they show the same"
            if found.same_scene
            else "they do not show the same scene; nothing that is known in them differs"
        )
        return [Evidence(kind="value", text=text, source=picture_source(first), score=0.9)]
    shown = found.found[:_MOST]
    count = len(found.found)
    head = f"{count} difference{'' if count == 1 else 's'} found"
    if not found.same_scene:
        head += " (they do not show the same scene)"
    lines = [f"{number}. {one.text}" for number, one in enumerate(shown, 1)]
    told = Evidence(
        kind="value",
        text="\n".join([f"{head}:", *lines]),
        source=picture_source(first),
        boxes=tuple(one.first for one in shown if one.first is not None),
        score=0.9,
        differences=tuple(
            FoundDifference(
                kind=one.kind, text=line, first=_as_tuple(one.first), second=_as_tuple(one.second)
            )
            for one, line in zip(shown, lines, strict=True)
        ),
    )
    there = tuple(one.second for one in shown if one.second is not None)
    places = "where these differences are in the other picture"
    if not there:
        places = "none of these differences has a place in the other picture"
    return [
        told,
        Evidence(kind="value", text=places, source=picture_source(second), boxes=there, score=0.9),
    ]
