"""What the experts find in generated files whose truth is known, and what they make up.

Nothing is asked of a language model; `looktwice eval run` with the suites of the same names asks one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from random import Random
from typing import NamedTuple

from PIL import Image

from ..evals.suites import codes, depicted, pairs, versions
from ..evals.suites.paper import Sheet, worn
from ..media.store import Store
from ..retrieval.ingest.orientation import quarter_turned
from ..retrieval.ingest.scans import read_scan
from ..retrieval.loaders.base import Scan
from ..schema import Box
from ..settings import Settings
from ..tools.codes import read_codes
from ..tools.comparing import DocumentComparer, PictureComparer
from ..tools.comparing.words import ComparedWord
from ..tools.registry import Experts
from ..tools.scan_reader import scan_reader_of
from .measure import Measurement, needs_starter, scratch_settings
from .paper import words

SEED = 20
"""Not one of the seeds that tests and suites draw with."""
_CHANGES = ("removed", "added", "colour", "word", "nothing")
_PAIRS, _VERSIONS, _CODES, _SCANS = 60, 20, 40, 3
_SAME_PLACE = 0.5
"""IoU from which a box is the right one."""


class Tally(NamedTuple):
    """How many were there, how many of them were not found, and how many were made up."""

    there: int
    missed: int
    invented: int


class Promise(NamedTuple):
    """The most that may be missed, of what is there, and made up, of what is found."""

    missed: float
    invented: float


Count = Callable[[Settings, Experts], Iterator[Tally]]


def measure() -> Iterator[Measurement]:
    """Two numbers of each kind of file: what was missed and what was made up."""
    with scratch_settings() as settings:
        needs_starter(settings)
        experts = Experts.from_settings(settings)
        for what, (count, promise) in _COUNTS.items():
            yield from measured(what, list(count(settings, experts)), promise)


def measured(what: str, tallies: Sequence[Tally], promise: Promise) -> Iterator[Measurement]:
    """The tallies of many files in two lines."""
    there, missed, invented = map(sum, zip(*tallies, strict=True))
    most = promise.missed * there, promise.invented * (there - missed + invented)
    name = f"{len(tallies)} {what}"
    if there:
        yield Measurement(f"{name}: missed of {there}", (missed,), most[0], unit="count")
    yield Measurement(f"{name}: made up", (invented,), most[1], unit="count")


def tally(there: Iterable[object], found: Iterable[object]) -> Tally:
    """Compare what is there with what was found, each as often as it occurs."""
    wanted, got = Counter(there), Counter(found)
    return Tally(wanted.total(), (wanted - got).total(), (got - wanted).total())


def placed(there: Sequence[Box], found: Sequence[Box]) -> Tally:
    """The same of boxes: each true one is found by the box that covers it best, if that is good enough."""
    left = list(found)
    for box in there:
        best = max(left, key=box.iou, default=None)
        if best is not None and box.iou(best) >= _SAME_PLACE:
            left.remove(best)
    hits = len(found) - len(left)
    return Tally(len(there), len(there) - hits, len(left))


def compared_pictures(
    settings: Settings, experts: Experts, changes: Sequence[str], photographs: bool = False
) -> Iterator[Tally]:
    """Pairs of pictures, by the boxes of what differs."""
    store = Store(settings.home)
    comparer = PictureComparer(store, experts.detector, experts.reader)
    rng, grounds = Random(SEED), depicted.photographs() if photographs else [None]
    for number in range(_PAIRS):
        change = changes[number % len(changes)]
        made = pairs.pair(rng, change, grounds[number % len(grounds)])
        found = comparer.compare(store.add(made.first), store.add(made.second)).found
        yield placed(made.boxes, [one.first for one in found if one.first is not None])


def compared_documents(settings: Settings, experts: Experts, changed: bool) -> Iterator[Tally]:
    """Two versions of documents, or two settings of one, by the words that changed."""
    comparer = DocumentComparer(settings.documents, experts.reader.read)
    for number in range(_VERSIONS):
        made = versions.pair(Random(SEED + number), number, changed)
        before, after = (settings.home / f"{name}{made.ending}" for name in ("before", "after"))
        before.write_bytes(made.before)
        after.write_bytes(made.after)
        found = comparer.compare(before, after)
        edits = [(_texts(change.before), _texts(change.after)) for change in found]
        yield tally(made.edits, edits)


def codes_read(settings: Settings, experts: Experts, there: bool) -> Iterator[Tally]:
    """Pictures with a barcode or QR code, or with what only looks like one."""
    store, rng = Store(settings.home), Random(SEED)
    for number in range(_CODES):
        drawn = codes.with_code(rng, number) if there else None
        image = drawn.image if drawn else codes.without(rng, number)
        found = [code.text for code in read_codes(image, store.add(image))]
        yield tally([drawn.text] if drawn else [], found)


def scans_read(settings: Settings, experts: Experts, turns: int) -> Iterator[Tally]:
    """Scanned pages turned by so many quarters: words that are read where they stand in the file."""
    reader = scan_reader_of(experts)
    for number in range(_SCANS):
        page, there = written(Random(SEED + number))
        image = quarter_turned(page, turns) if turns else page
        scan = Scan(1, image.size, image.tobytes(), width=image.width, height=image.height)
        read, _ = read_scan(scan, "scan", reader)
        found = [
            (read.text[start:end], Box(x1=x1, y1=y1, x2=x2, y2=y2))
            for (start, end), (x1, y1, x2, y2) in zip(
                read.spans.tolist(), read.boxes.tolist(), strict=True
            )
        ]
        hits = 0
        for word, box in there:
            at = turned(box, turns, *page.size)
            hits += any(text == word and _holds(at, seen) for text, seen in found)
        yield Tally(len(there), len(there) - hits, max(0, len(found) - hits))


def written(rng: Random) -> tuple[Image.Image, list[tuple[str, Box]]]:
    """A page as from a scanner: some ninety words, and where each stands."""
    sheet, flow, boxes = Sheet(900, 640), words(rng), []
    for row in range(11):
        x = 60.0
        for word in islice(flow, 8):
            boxes.append((word, sheet.write(x, 50 + 48 * row, word, 22, face="serif")))
            x = boxes[-1][1].x2 + 9
    return worn(sheet.image, rng), boxes


def turned(box: Box, turns: int, width: int, height: int) -> Box:
    """Where a box is after so many quarter turns anticlockwise of its picture."""
    for _ in range(turns):
        box = Box(x1=box.y1, y1=width - box.x2, x2=box.y2, y2=width - box.x1)
        width, height = height, width
    return box


def _holds(box: Box, other: Box) -> bool:
    x, y = other.center
    return box.x1 <= x <= box.x2 and box.y1 <= y <= box.y2


def _texts(found: Iterable[ComparedWord]) -> tuple[str, ...]:
    return tuple(word.text for word in found)


_CHANGED, _SAME = Promise(0.15, 0.10), Promise(0.0, 0.0)
_ALL, _CODE, _SCAN = Promise(0.0, 0.0), Promise(0.05, 0.0), Promise(0.02, 0.02)
_COUNTS: dict[str, tuple[Count, Promise]] = {
    "pairs of drawn pictures": (partial(compared_pictures, changes=_CHANGES), _CHANGED),
    "drawn pairs, other light and place": (
        partial(compared_pictures, changes=_CHANGES[-1:]),
        _SAME,
    ),
    "pairs of photographs": (
        partial(compared_pictures, changes=_CHANGES, photographs=True),
        _CHANGED,
    ),
    "photographs, other light and place": (
        partial(compared_pictures, changes=_CHANGES[-1:], photographs=True),
        _SAME,
    ),
    "pairs of versions of documents": (partial(compared_documents, changed=True), _ALL),
    "documents set in two ways": (partial(compared_documents, changed=False), _ALL),
    "pictures with a code": (partial(codes_read, there=True), _CODE),
    "pictures without a code": (partial(codes_read, there=False), _CODE),
    **{
        f"scans turned by {90 * turns} degrees": (partial(scans_read, turns=turns), _SCAN)
        for turns in range(4)
    },
}
"""What is counted, and what is promised of it."""
