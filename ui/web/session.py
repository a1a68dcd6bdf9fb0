"""What one open page knows, and what is said between the page and those who answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...errors import BadInput
from ...schema import Box, Picture

Show = dict[str, Any]
"""What to show anew, by name: log, words, strip, head, chats, documents, tab ..."""


@dataclass(frozen=True)
class Tab:
    """One open page of one user.

    Attributes:
        owner: whose; a tab that another user's browser names is worth nothing.
        chat: the open conversation; None before its first answer.
        attached: pictures for the next question.
        region: the part of `of` the next question is about.
        editing: the number of the exchange the next question replaces.
    """

    owner: str = ""
    chat: str | None = None
    attached: tuple[Picture, ...] = ()
    region: Box | None = None
    of: Picture | None = None
    editing: int | None = None


@dataclass(frozen=True)
class Visitor:
    """Who caused an event, and in which tab."""

    owner: str
    id: str


def own(who: Visitor, tab: Tab) -> Tab:
    """The tab, or a new one where it is somebody else's."""
    return tab if tab.owner == who.owner else Tab(owner=who.owner)


def sentence(error: Exception) -> str:
    """An error as people read it; one about a file begins with the file's name as it is."""
    words = str(error).rstrip(".")
    return f"{words}." if isinstance(error, BadInput) else f"{words[:1].upper()}{words[1:]}."
