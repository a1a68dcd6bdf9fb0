"""What the pictures of this suite are asked, and how that becomes tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ....schema import Box
from ...task import Match, Task, Truth
from ..maker import Maker
from ..paper import Sheet

IN_FULL = "in full: "
"""`Task.about` of a follow-up begins so; what follows can be understood without the turns before."""
READ = (frozenset({"read_text"}),)


@dataclass(frozen=True)
class Ask:
    """A question about one picture or several.

    Attributes:
        form: of the answer that is wanted: fact, list, translation, ...
        answers: all are right; the first is how someone who sees the picture would say it, the last
            holds the parts that a long answer must have. None: the picture does not say.
        boxes: where the answer stands.
    """

    form: str
    question: str
    answers: tuple[str, ...] = ()
    match: Match = "contains"
    boxes: tuple[Box, ...] = ()
    tools: tuple[frozenset[str], ...] = READ


def parted(form: str, question: str, said: str, parts: Iterable[str], *boxes: Box) -> Ask:
    """A question for more than one fact: an answer is worth the share of the parts it has."""
    return Ask(form, question, (said, "<AND>".join(parts)), "grade", boxes)


def missing(question: str) -> Ask:
    """A question that the picture does not answer."""
    return Ask("fact", question)


def keep(make: Maker, name: str, sheet: Sheet) -> str:
    """Save a picture of this suite."""
    return make.picture(sheet.image, f"pictures/{name}.jpg", quality=92)


def tasks(
    name: str, about: str, images: Sequence[str], asks: Iterable[Ask], session: str = ""
) -> list[Task]:
    """The tasks of one picture; `about` says what sort of picture it is."""
    return [
        Task(
            id=f"{name}-{number}",
            kind=ask.form,
            question=ask.question,
            images=tuple(images),
            session=session,
            about=about,
            truth=Truth(
                answers=ask.answers,
                match=ask.match,
                answerable=bool(ask.answers),
                boxes=ask.boxes,
                tools=ask.tools,
            ),
        )
        for number, ask in enumerate(asks)
    ]


def turn_about(asks: Sequence[Ask], number: int, count: int) -> list[Ask]:
    """So many of the questions, others for every picture, so that all are asked alike often."""
    return [asks[(number * count + at) % len(asks)] for at in range(min(count, len(asks)))]
