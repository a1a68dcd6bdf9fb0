"""Looking closer at one part of a picture: cut out, enlarged, read and searched again."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence

from PIL import Image

from ...errors import BadInput, ToolError, WeightsError
from ...media.store import Store
from ...schema import Box, Detection, Evidence, Picture, TextLine
from ..base import Tool, tool
from ..detection.detector import Detector
from ..detection.labels import resolve
from ..execution.results import picture_source
from ..measure import Classifier, main_colours
from ..ocr.reader import Reader
from ..places import WHOLE, place, share, whole
from .regions import Region

log = logging.getLogger(__name__)

_REGIONS = 3  # looked at in one call
_MARGIN = 0.08  # of the region's size, kept around it
_MIN_SIDE = 384  # smaller cuts are enlarged to it
_MAX_PIXELS = 3_000_000
_SURE = 0.5  # probability from which the classifier's name is told
_TEXT_MARGIN = 0.5
_NAME = 3  # letters of a word that may stand for the thing it is written on


class Looker:
    """Looks closer with the detector, the reader and plain measurements.

    Args:
        detector: finds the target, and what is inside a region.
        reader: reads a region again, enlarged.
        classifier: names a region; None to go without.
        store: holds the pictures.
    """

    def __init__(
        self, detector: Detector, reader: Reader, classifier: Classifier | None, store: Store
    ) -> None:
        self._detector = detector
        self._reader = reader
        self._classifier = classifier
        self._store = store

    def find(self, picture: Picture, target: str) -> list[Region]:
        """Where a named thing is: by the detector, else by words read in the picture.

        Raises:
            ToolError: "not_found", saying what was tried.
        """
        image = self._store.open(picture)
        known = self._names_of(target)
        tried = "the object detector does not know it"
        if known:
            names = known if self._detector.open_vocabulary else ()
            found = self._detector.detect(image, picture, names)
            matching = [item for item in found if item.label in known]
            if matching:
                best = _by_place(target, matching)[:_REGIONS]
                return [Region(item.label, item.box, item.score) for item in best]
            tried = f"the object detector found no {' or '.join(known)}"
        lines = _matching(target, self._reader.read(image, picture))
        if not lines:
            raise ToolError(
                f"no {target!r} found: {tried}, and no text in the picture says so", "not_found"
            )
        return [
            Region(f"text {line.text!r}", line.box.grow(_TEXT_MARGIN), line.score)
            for line in lines[:_REGIONS]
        ]

    def look(self, picture: Picture, region: Region) -> Evidence:
        """What one region shows: colours, kind, size, place, text and objects inside.

        Raises:
            ToolError: "bad_arguments" when the region lies outside the picture.
        """
        try:
            exact = self._store.crop(picture, region.box, max_pixels=_MAX_PIXELS)
            around = self._store.crop(
                picture, region.box.grow(_MARGIN), min_side=_MIN_SIDE, max_pixels=_MAX_PIXELS
            )
        except BadInput as error:
            raise ToolError(error.reason, "bad_arguments") from None
        box = whole(exact)
        image = self._store.open(around)
        lines = (
            self._reader.read(image, around)
            if share(box, picture) < WHOLE  # else nothing was enlarged, and small text was lost
            else self._reader.read(self._store.open(picture), picture)
        )
        inside = [
            item
            for item in self._detector.detect(image, around)
            if item.box.intersection(box) > 0.5 * item.box.area and item.box.iou(box) < 0.6
        ]
        return Evidence(
            kind="region",
            text="; ".join(filter(None, self._words(picture, region, exact, lines, inside))),
            source=picture_source(picture),
            boxes=(box,),
            lines=tuple(lines),
            detections=tuple(inside),
            score=region.score,
        )

    def _names_of(self, target: str) -> list[str]:
        if self._detector.open_vocabulary:
            return [target]
        return resolve(target, self._detector.labels)

    def _words(
        self,
        picture: Picture,
        region: Region,
        exact: Picture,
        lines: Sequence[TextLine],
        inside: Sequence[Detection],
    ) -> list[str]:
        """The parts of the evidence's text."""
        box, pixels = whole(exact), self._store.open(exact)
        colours = ", ".join(f"{name} {part:.0%}" for name, part in main_colours(pixels))
        counts = Counter(item.label for item in inside)
        return [
            f"{region.name}{_where(box, picture)}: main colours {colours}",
            self._kind(pixels),
            f"inside: {', '.join(f'{n} {label}' for label, n in counts.items())}" if counts else "",
            f"text there: {' / '.join(line.text for line in lines)}" if lines else "no text there",
        ]

    def _kind(self, pixels: Image.Image) -> str:
        if self._classifier is None:
            return ""
        try:
            name, probability = self._classifier.classify(pixels)
        except WeightsError as error:  # only one of several measurements
            log.warning("no classifier: %s", error)
            return ""
        return f"looks like: {name} ({probability:.2f})" if probability > _SURE else ""


def _where(box: Box, picture: Picture) -> str:
    """Place and size in words; nothing to say of the whole picture."""
    part = share(box, picture)
    if part > WHOLE:
        return ""
    where = place(box, picture)
    word = "in" if where == "middle" else "at"
    return f" {word} the {where} ({max(part, 0.01):.0%} of the picture)"


def _by_place(target: str, found: Sequence[Detection]) -> list[Detection]:
    """Best first; with "left", "largest" and the like only the one that is meant."""
    words = set(re.findall(r"[a-z]+", target.casefold()))
    for meant, key in _PLACES:
        if words & meant:
            return [max(found, key=key)]
    return sorted(found, key=lambda item: -item.score)


_PLACES: tuple[tuple[frozenset[str], Callable[[Detection], float]], ...] = (
    (frozenset({"left", "leftmost"}), lambda item: -item.box.center[0]),
    (frozenset({"right", "rightmost"}), lambda item: item.box.center[0]),
    (frozenset({"top", "upper"}), lambda item: -item.box.center[1]),
    (frozenset({"bottom", "lower"}), lambda item: item.box.center[1]),
    (frozenset({"largest", "biggest", "main"}), lambda item: item.box.area),
    (frozenset({"smallest"}), lambda item: -item.box.area),
)


def _matching(target: str, lines: Sequence[TextLine]) -> list[TextLine]:
    """Lines that hold the whole phrase, else all its words, else are themselves words of it."""
    words = re.findall(r"\w+", target.casefold())
    phrase = "".join(words)
    if not phrase:
        return []
    joined = [("".join(re.findall(r"\w+", line.text.casefold())), line) for line in lines]
    whole_phrase = [line for text, line in joined if phrase in text]
    all_words = [line for text, line in joined if all(word in text for word in words)]
    return whole_phrase or all_words or [line for line in lines if _is_named(line, words)]


def _is_named(line: TextLine, words: Sequence[str]) -> bool:
    """Whether a target says what stands there: "the tile with the word COMET"."""
    there = re.findall(r"\w+", line.text.casefold())
    return len("".join(there)) >= _NAME and set(there) <= set(words)


def look_tool(looker: Looker) -> Tool:
    """The tool `look_closer`."""

    @tool(
        title="Looking closer",
        done="enlarged parts of the picture",
        examples=[
            "What colour is the bus?",
            "What is written on the man's shirt?",
            "What is in the top left corner?",
            "What does the small print say?",
        ],
        cache=True,
    )
    def look_closer(
        picture: Picture, target: str = "", box: Sequence[float] = ()
    ) -> list[Evidence]:
        """Look closer at a part of a picture: its colours, small text and details.

        Args:
            picture: Where to look.
            target: Thing or words to look at, for example "bus"; empty for the whole picture.
            box: Instead of a target: x1, y1, x2, y2 in pixels of the picture.
        """
        if box:
            regions = [Region("region", _given(box, picture))]
        elif target.strip():
            regions = looker.find(picture, target)
        else:
            regions = [Region("whole picture", whole(picture))]
        return [looker.look(picture, region) for region in regions]

    return look_closer


def _given(box: Sequence[float], picture: Picture) -> Box:
    """A box as the model wrote it, in the frame of the picture's original."""
    if len(box) != 4:
        raise ToolError(f"expected a box of 4 numbers, got {len(box)}", "bad_arguments")
    x1, y1, x2, y2 = box
    if not (x1 < x2 and y1 < y2):
        raise ToolError(
            f"expected a box x1, y1, x2, y2 with x1 < x2 and y1 < y2, got {list(box)}",
            "bad_arguments",
        )
    frame = picture.origin.frame if picture.origin else "picture"
    return Box(x1=x1, y1=y1, x2=x2, y2=y2, frame=frame)
