"""What one open page knows, and what its handlers send back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...errors import BadInput
from ...schema import Box, Picture

Updates = dict[str, Any]
"""What to show anew, by name: log, words, strip, head, chats, documents, session ..."""


@dataclass(frozen=True)
class PageSession:
    """The state of one open page of one user.

    Attributes:
        owner: whose; a session that another user's browser names is worth nothing.
        chat: the open conversation; None before its first answer.
        attached: pictures for the next question.
        region: the part of `region_picture` the next question is about.
        editing: the number of the exchange the next question replaces.
    """

    owner: str = ""
    chat: str | None = None
    attached: tuple[Picture, ...] = ()
    region: Box | None = None
    region_picture: Picture | None = None
    editing: int | None = None


@dataclass(frozen=True)
class Caller:
    """Who caused an event: a user, and the open page it came from."""

    owner: str
    page: str


def owned(caller: Caller, session: PageSession) -> PageSession:
    """The session, or a new one where it is somebody else's."""
    return session if session.owner == caller.owner else PageSession(owner=caller.owner)


def error_sentence(error: Exception) -> str:
    """An error as people read it; one about a file begins with the file's name as it is."""
    words = str(error).rstrip(".")
    return f"{words}." if isinstance(error, BadInput) else f"{words[:1].upper()}{words[1:]}."
