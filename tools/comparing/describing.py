"""What stands in a region that differs: words by OCR, things by the detector, else colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from ...retrieval.pages import build_page, lines_read
from ...schema import Box, Detection, Picture, TextLine
from ..detection.detector import Detector
from ..measure import main_colours
from ..ocr.reader import Reader
from ..places import place
from .reading import words_of
from .regions import DifferingRegion
from .words import ComparedWord, TextChange, in_one_line, text_changes

_OF_REGION = 0.25
"""Share of a thing inside a region, and of the region in the thing, from which the region shows it."""
_OF_WORD = 0.3
"""Share of a word's box that must differ before its reading counts as another."""


@dataclass(frozen=True)
class ExpertView:
    """A picture and what experts found in it, each asked once."""

    image: Image.Image
    picture: Picture
    objects: tuple[Detection, ...]
    words: tuple[ComparedWord, ...]


def looked_at(
    image: Image.Image, picture: Picture, detector: Detector | None, reader: Reader | None
) -> ExpertView:
    """Ask the experts there are about a picture."""
    lines = reader.read(image, picture) if reader is not None else []
    objects = detector.detect(image, picture) if detector is not None else []
    return ExpertView(image, picture, tuple(objects), tuple(words_with_boxes(lines)))


def words_with_boxes(lines: Sequence[TextLine]) -> list[ComparedWord]:
    """The words of lines that were read; they share their line's width by length."""
    frame = lines[0].box.frame if lines else "picture"
    return words_of([build_page(1, lines_read(lines), frame=frame)])


def differing_words(
    region: DifferingRegion, first: ExpertView, second: ExpertView
) -> list[TextChange]:
    """Words that are read otherwise, of those that stand in a region."""
    before = [word for word in first.words if _in(word.box, region.first, _OF_WORD)]
    after = [word for word in second.words if _in(word.box, region.second, _OF_WORD)]
    return text_changes(before, after)


def described(
    region: DifferingRegion, first: ExpertView, second: ExpertView
) -> tuple[str, DifferingRegion]:
    """A region in words, and the region around all of the words that differ."""
    changes = differing_words(region, first, second)
    where = place(region.first, first.picture)
    if changes:
        region = region._replace(
            first=_around(region.first, [w for c in changes for w in c.before]),
            second=_around(region.second, [w for c in changes for w in c.after]),
        )
        return f"{where}: {'; '.join(map(in_one_line, changes))}", region
    old, new = _thing(region.first, first), _thing(region.second, second)
    if region.kind == "removed":
        return f"{where}: {old} is gone", region
    if region.kind == "added":
        return f"{where}: {new} was added", region
    if old == new:
        return f"{where}: {old} looks different", region
    return f"{where}: {old} became {new}", region


def _in(box: Box | None, region: Box, share: float) -> bool:
    return box is not None and box.intersection(region) >= share * box.area > 0


def _around(box: Box, words: Sequence[ComparedWord]) -> Box:
    return Box.around([box, *(word.box for word in words if word.box is not None)])


def _thing(box: Box, seen: ExpertView) -> str:
    """The object that a region shows, with its main colour: "a red car", "something green"."""
    x1, y1, x2, y2 = (round(value) for value in seen.picture.local(box))
    part = seen.image.crop((x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)))
    colour = main_colours(part)[0][0]
    known = [
        item
        for item in seen.objects
        if _in(item.box, box, _OF_REGION) and _in(box, item.box, _OF_REGION)
    ]
    if not known:
        return f"something {colour}"
    best = max(known, key=lambda item: item.box.iou(box))
    return f"a {colour} {best.label}"
