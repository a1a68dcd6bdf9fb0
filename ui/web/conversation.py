"""What the page keeps of a conversation."""

from __future__ import annotations

from pydantic import AliasChoices, ConfigDict, Field

from ...media.clock import with_place
from ...schema import Answer, Box, Citation, Picture, Value

_STORED = ConfigDict(serialize_by_alias=True)
"""Files of chats hold names of an earlier version, which are still read and written."""


class Activity(Value):
    """One thing that was done on the way to an answer.

    Attributes:
        title: what, in a few words.
        words: what came of it, in a sentence.
        outcome: all that came of it, figures too; "" while it is under way. Stored as `told`.
        seconds: how long it took; None while it is under way.
        failed: it came to nothing.
    """

    model_config = _STORED

    title: str
    words: str = ""
    outcome: str = Field(
        default="", validation_alias=AliasChoices("told", "outcome"), serialization_alias="told"
    )
    seconds: float | None = None
    failed: bool = False


class Exchange(Value):
    """A question and its answer.

    Attributes:
        pictures: what the question came with, whole.
        region: the part of the first picture it was about, if the user drew one.
        sent_pictures: those the assistant got: `pictures`, or a crop of the region. Stored as
            `asked`.
        lines: what was done, as it was shown.
    """

    model_config = _STORED

    question: str
    answer: Answer
    pictures: tuple[Picture, ...] = ()
    region: Box | None = None
    sent_pictures: tuple[Picture, ...] = Field(
        default=(),
        validation_alias=AliasChoices("asked", "sent_pictures"),
        serialization_alias="asked",
    )
    lines: tuple[Activity, ...] = ()


def source_name(citation: Citation, answer: Answer) -> str:
    """Where a citation points, for people: a picture's name, or a document and its page."""
    if citation.source.document:
        return with_place(citation.source.document, citation.source)
    found = (p.name for p in answer.pictures if p.original == citation.source.picture)
    return next(found, "") or citation.source.name
