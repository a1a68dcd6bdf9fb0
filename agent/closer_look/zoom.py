"""A closer look: the parts of pictures that answer a question, found and opened at full resolution.

For a model that sees, parts are proposed by its own attention (where the backend shows it), by objects
and lines of text known already, and by a recursive split; the model says of small copies which of them
show what is asked. For one that reads only, the same parts are read and searched again, enlarged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from ...errors import Cancelled, DeadlinePassed, LooktwiceError, ToolError
from ...media.store import Store
from ...prompts import render
from ...schema import Evidence, Picture
from ...tools.execution.results import picture_source
from ...tools.looking.guided_search import Effort, RegionMatch, cut, search
from ...tools.looking.look import Looker
from ...tools.looking.marks import numbered
from ...tools.looking.regions import HeatMap, Region, distinct, from_detections, from_lines, split
from ...tools.places import place, share, whole
from ..backends.base import Choice, Message
from ..evidence.prompting import opening

_CHEAP_PIXELS = 448 * 448  # of the small copies the model is asked about
_LEAST_SIDE = 384  # opened parts are enlarged to it, as far as the model sees so many pixels
_PROPOSED = 4  # parts of each picture that are looked at before it is split
_READ = 4  # parts that are read and searched again for a model that reads only
_ATTENDED = 2  # places of each picture that the model's attention proposes
TO_ATTEND = 1 + _ATTENDED
"""Calls that it takes to ask a model where it looks in a picture, and to look there."""


class Seer(Protocol):
    """What is asked of a model: a `ChatModel` or the run's `Meter`."""

    @property
    def sees_images(self) -> bool:
        """Whether pictures reach it."""
        ...

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> Choice:
        """Probability of each option."""
        ...


@runtime_checkable
class Attentive(Protocol):
    """A model that shows where it looks."""

    def attention(self, messages: Sequence[Message], picture: Picture) -> HeatMap:
        """See `backends.base.Attends`."""
        ...


@dataclass(frozen=True)
class Closer:
    """What a closer look works with.

    Attributes:
        store: holds the pictures, and keeps the parts that are opened.
        looker: reads and searches parts again for a model that reads only; None to go without.
        effort: what one closer look may cost; `pixels` is what the model sees of one picture.
        marks: also show each picture with the numbers of its opened parts drawn on it.
    """

    store: Store
    looker: Looker | None = None
    effort: Effort = field(default_factory=Effort)
    marks: bool = False


def effort_for(model: object, looks: int = 12, keep: int = 2) -> Effort:
    """An effort that fits a model's eyes: `picture_pixels` where it says what it sees at once."""
    pixels = getattr(model, "picture_pixels", None)
    return Effort(looks=looks, keep=keep, **({"pixels": pixels} if pixels else {}))


def closer_look(
    question: str,
    pictures: Sequence[Picture],
    model: Seer,
    closer: Closer,
    known: Sequence[Evidence] = (),
) -> list[Evidence]:
    """Find the parts that answer the question and open them; empty where none was found.

    Args:
        question: what is asked.
        pictures: the pictures it is about.
        model: judges parts if it sees; costs at most `closer.effort.looks` calls, those for its
            attention included.
        closer: store, experts and effort.
        known: evidence of before: its objects and lines are places to look at.

    Returns:
        Evidence of kind "region". For a model that sees, `picture` is the opened part, to be shown
        with the question; boxes lie in the original. For one that reads only, what was read there.

    Raises:
        Stopped: the run was stopped meanwhile.
    """
    if not pictures:
        return []
    if model.sees_images:
        found = _seen(question, pictures, model, closer, known)
        opened = [e for f in found if (e := _opened(f, pictures, closer)) is not None]
        return [*opened, *(_marked(found, pictures, closer) if closer.marks else ())]
    return _read(question, pictures, closer, known)


def _seen(
    question: str,
    pictures: Sequence[Picture],
    model: Seer,
    closer: Closer,
    known: Sequence[Evidence],
) -> list[RegionMatch]:
    """Parts the model itself says show what is asked."""
    prompt = render("part_shows", question=question)

    def look(picture: Picture, region: Region) -> float:
        small = cut(
            closer.store,
            RegionMatch(picture, region),
            least_side=0,
            most_pixels=min(_CHEAP_PIXELS, closer.effort.pixels),
            keep=False,
        )
        if small is None:
            return 0.0
        messages = [Message(role="user", text=prompt, pictures=(small,))]
        return model.choose(messages, ("yes", "no")).probabilities["yes"]

    # Where it looks is at most half of what may be spent.
    most = closer.effort.looks // (2 * TO_ATTEND)
    attentive = pictures[:most] if isinstance(model, Attentive) else ()
    candidates = [
        RegionMatch(picture, region)
        for picture in pictures
        for region in distinct(
            [
                *_pointed_at(question, picture, known),
                *(_attended(question, picture, pictures, model) if picture in attentive else ()),
            ],
            _PROPOSED,
        )
    ]
    effort = replace(closer.effort, looks=closer.effort.looks - len(attentive))
    return search(pictures, candidates, look, effort)


def _attended(
    question: str, picture: Picture, pictures: Sequence[Picture], model: Seer
) -> list[Region]:
    """Where the model itself looks, densest first; nothing where it does not show that."""
    if not isinstance(model, Attentive):
        return []
    # Begun as the answer's prompt was, so that the pictures are not read again.
    messages = [*opening("seeing"), Message(role="user", text=question, pictures=tuple(pictures))]
    try:
        return model.attention(messages, picture).windows()[:_ATTENDED]
    except (Cancelled, DeadlinePassed):
        raise
    except LooktwiceError:  # an architecture that does not show it: the split is left
        return []


def _pointed_at(question: str, picture: Picture, known: Sequence[Evidence]) -> Iterator[Region]:
    """What earlier evidence about this picture says about where things are."""
    here = [e for e in known if e.source == picture_source(picture)]
    yield from from_detections(question, (d for e in here for d in e.detections), picture)
    yield from from_lines(question, (line for e in here for line in e.lines), picture)


def _opened(found: RegionMatch, pictures: Sequence[Picture], closer: Closer) -> Evidence | None:
    """A part at full resolution, as evidence that is looked at."""
    picture, region = found
    part = cut(closer.store, found, least_side=_LEAST_SIDE, most_pixels=closer.effort.pixels)
    if part is None:
        return None
    number = pictures.index(picture) + 1
    return Evidence(
        kind="region",
        text=f"picture {number}: a closer look at {_where(region, picture)}, shown enlarged",
        source=picture_source(picture),
        boxes=(whole(part),),
        score=min(1.0, max(0.0, region.score)),
        picture=part,
    )


def _marked(
    found: Sequence[RegionMatch], pictures: Sequence[Picture], closer: Closer
) -> Iterator[Evidence]:
    """The pictures with the opened parts numbered in the order they were opened (Set-of-Mark)."""
    for picture in dict.fromkeys(f.picture for f in found):
        boxes = [f.region.box for f in found if f.picture == picture]
        yield Evidence(
            kind="region",
            text=f"picture {pictures.index(picture) + 1} with its {len(boxes)} opened parts numbered",
            source=picture_source(picture),
            boxes=tuple(boxes),
            picture=numbered(closer.store, picture, boxes),
        )


def _where(region: Region, picture: Picture) -> str:
    part = max(share(region.box, picture), 0.01)
    return f"the {place(region.box, picture)} ({part:.0%} of the picture)"


def _read(
    question: str, pictures: Sequence[Picture], closer: Closer, known: Sequence[Evidence]
) -> list[Evidence]:
    """What the experts see in parts of the pictures, enlarged; only what is new."""
    if closer.looker is None:
        return []
    told = {line.text.casefold() for e in known for line in e.lines}
    fresh: list[Evidence] = []
    for number, picture in enumerate(pictures, 1):
        pointed = distinct(_pointed_at(question, picture, known), _READ)
        # With nothing to go by, everything is looked at again, piece by piece.
        for region in pointed or split(Region("part", whole(picture))):
            try:
                seen = closer.looker.look(picture, region)
            except ToolError:  # a part that cannot be read says nothing; the others may
                continue
            new = [line for line in seen.lines if line.text.casefold() not in told]
            told |= {line.text.casefold() for line in new}
            if pointed or new or seen.detections:
                fresh.append(seen.model_copy(update={"text": f"picture {number}: {seen.text}"}))
    return fresh
