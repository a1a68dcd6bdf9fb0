"""A second look where a tool read or counted otherwise: both readings are shown with the place enlarged.

The model chooses by probability, each reading standing first once (after JudgeLM), so that an order it
prefers decides nothing. A count is shown with numbers drawn on the boxes (Set-of-Mark).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...prompts import render
from ...schema import Evidence, Picture
from ...tools.execution.results import picture_source
from ...tools.looking.guided_search import RegionMatch, cut
from ...tools.looking.marks import numbered
from ...tools.looking.regions import Region
from ..backends.base import Message
from ..evidence.prompting import opening
from ..run import Run
from ..state import State, numbered_evidence
from ..text.facts import replace_number, replace_value, words
from ..text.polarity import bare
from ..verification.base import Disagreement

CLEAR = 0.6
"""Probability, averaged over both orders, from which one of two readings is settled."""
_AROUND = 0.6
"""Of a box's size, that is shown on every side of it."""
_LEAST_SIDE = 512
_MOST_SETTLED = 3
"""Readings that are settled for one draft; each costs two short calls and a crop."""
_PIXELS = 1_000_000


@dataclass(frozen=True)
class Settled:
    """What a second look came to.

    Attributes:
        draft: as it stands now.
        evidence: the parts that were looked at, numbered.
        open: what could not be settled, as sentences for people.
        came_of: what came of each doubt, for the trace.
    """

    draft: str
    evidence: tuple[Evidence, ...] = ()
    open: tuple[str, ...] = ()
    came_of: tuple[str, ...] = ()


def settle(
    state: State, readings: Sequence[Disagreement], pictures: Sequence[Picture], run: Run
) -> Settled:
    """Look at each place where a tool has it otherwise, and let the model decide."""
    draft = state["draft"]
    parts: list[Evidence] = []
    unsettled: list[str] = []
    came_of: list[str] = []
    for reading in readings[:_MOST_SETTLED]:
        picture = _picture_of(reading, pictures)
        if picture is None or not run.settings.stages.look_closer or not run.model.can_call(3):
            continue
        part = _enlarged(reading, picture, run)
        ask = _both(state["standalone_question"], (*pictures, part))
        share = preferred(ask, reading.said, reading.instead, run)
        parts += numbered_evidence([_as_evidence(part, picture, reading)], state, parts)
        if share >= CLEAR:
            came_of.append(f"{reading.said} kept after a closer look ({share:.2f})")
        elif share <= 1 - CLEAR:
            draft = _instead(draft, reading)
            came_of.append(f"{reading.instead} taken after a closer look ({1 - share:.2f})")
        else:
            unsettled.append(f"a tool has {reading.instead}, not {reading.said}")
            came_of.append(f"{reading.said} or {reading.instead} stays open ({share:.2f})")
    return Settled(draft, tuple(parts), tuple(unsettled), tuple(came_of))


Ask = Callable[[str, str], list[Message]]
"""The question which of two readings is right; the first is called A."""


def preferred(ask: Ask, first: str, second: str, run: Run) -> float:
    """Probability of the first of two readings, averaged over both orders; .5 without calls left."""
    if not run.model.can_call(2):
        return 0.5
    as_first = run.model.choose(ask(first, second), ("A", "B")).probabilities["A"]
    as_second = run.model.choose(ask(second, first), ("A", "B")).probabilities["B"]
    return (as_first + as_second) / 2


def _both(question: str, pictures: Sequence[Picture]) -> Ask:
    """The question about two readings; the place in question is the last of the pictures."""

    def ask(a: str, b: str) -> list[Message]:
        text = render("choose_reading", question=question, a=a, b=b)
        # Begun as the draft was, so that what was read of the pictures need not be read again.
        return [*opening("seeing"), Message(role="user", text=text, pictures=tuple(pictures))]

    return ask


def _picture_of(reading: Disagreement, pictures: Sequence[Picture]) -> Picture | None:
    return next((p for p in pictures if picture_source(p) == reading.source), None)


def _enlarged(reading: Disagreement, picture: Picture, run: Run) -> Picture:
    """The place in question: numbered boxes on the whole picture, or one box enlarged."""
    if len(reading.boxes) != 1:
        return numbered(run.store, picture, reading.boxes) if reading.boxes else picture
    found = RegionMatch(picture, Region("doubt", reading.boxes[0].grow(_AROUND)))
    most = run.model.picture_pixels or _PIXELS
    return cut(run.store, found, least_side=_LEAST_SIDE, most_pixels=most) or picture


def _as_evidence(part: Picture, picture: Picture, reading: Disagreement) -> Evidence:
    return Evidence(
        kind="region",
        text=f"a closer look, since a tool has {reading.instead} for {reading.said}",
        source=picture_source(picture),
        boxes=reading.boxes,
        picture=part,
    )


def _instead(draft: str, reading: Disagreement) -> str:
    """The draft with the tool's reading in the place of its own."""
    if words(bare(draft)) == [reading.said]:  # a yes or a no, whose reasons fall with it
        return reading.instead
    if not reading.value:  # a date, as it is written
        return draft.replace(reading.said, reading.instead)
    changed = replace_value(draft, reading.value, reading.instead)
    return changed if changed != draft else replace_number(draft, reading.value, reading.instead)
