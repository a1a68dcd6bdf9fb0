"""A question of the page: what was typed, with its pictures, its region and its conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...agent.state import Turn
from ...media.store import Store
from ...schema import Box, Picture
from ...settings import Settings
from ...tools.documents.search import Searchable
from .conversation import Exchange
from .session import PageSession
from .viewer import crop_of

PICTURE_QUESTION = "What does this picture show?"
"""Asked where somebody sends a picture without words."""


@dataclass(frozen=True)
class PageQuestion:
    """A question with all it comes with.

    Attributes:
        pictures: what the user gave.
        sent_pictures: what the assistant gets: the same, or a crop of the region.
        history: the conversation before it.
        settings: limits and checks of this question; None for the program's.
    """

    text: str
    pictures: tuple[Picture, ...] = ()
    region: Box | None = None
    sent_pictures: tuple[Picture, ...] = ()
    history: tuple[Turn, ...] = ()
    index: Searchable | None = None
    settings: Settings | None = None


def build_question(
    store: Store,
    session: PageSession,
    text: str,
    pictures: Sequence[Picture],
    before: Sequence[Exchange],
    index: Searchable | None,
) -> PageQuestion:
    """The question an open page asks.

    Args:
        store: holds the pictures.
        session: the page's; names the region, if one was drawn.
        text: what was typed.
        pictures: everything that was attached.
        before: the conversation so far.
        index: the user's documents.

    Raises:
        BadInput: the region cannot be cut out.
    """
    region, given = session.region, tuple(pictures)
    if region is not None and session.region_picture is not None:
        whole = session.region_picture
        others = tuple(p for p in given if p.sha256 != whole.sha256)
        given = (whole, *others)
        sent = (crop_of(store, whole, region), *others)
    elif not given and before and before[-1].region is not None:
        given = sent = before[-1].pictures  # the part was meant once, not for ever
    else:
        region, sent = None, given
    return PageQuestion(
        text=text or PICTURE_QUESTION,
        pictures=given,
        region=region,
        sent_pictures=sent,
        history=turns(before),
        index=index,
    )


def turns(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """A conversation as the assistant takes it."""
    return tuple(
        Turn(
            question=e.question,
            answer=e.answer.text,
            status=e.answer.status,
            pictures=e.sent_pictures,
        )
        for e in exchanges
    )
