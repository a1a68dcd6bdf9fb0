"""What a baseline is given for one task, and how it is instructed: what a fair user of it would write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx

from ...media.store import Store
from ...schema import Picture
from .experts import Toolbox

DECLINE = "I cannot tell"
_SEES = "You see the pictures; tools look at them more exactly and take them by their number."
_BLIND = "You cannot see the pictures yourself: ask the tools, which take them by their number."
_INSTRUCTIONS = (
    "You answer questions about pictures. {eyes} "
    "Answer as briefly as you can: only the number, the word or the words asked for. "
    "If what you have learned does not hold the answer, do not guess; "
    f"answer exactly: {DECLINE}."
)
_DECLINING = re.compile(
    r"\b(?:can ?not|can['’]?t|could not|couldn['’]?t|unable to|not able to)"
    r" (?:be )?(?:tell|say|determined?|find|found|answer(?:ed)?|see|seen|provided?)\b",
    re.IGNORECASE,
)
_OPENING = 160  # characters in which a decline stands; later words only add to an answer


@dataclass(frozen=True)
class ModelServer:
    """The chat model everybody asks.

    Attributes:
        address: ends in /v1.
        key: never empty; "none" for a server that wants none.
    """

    address: str
    model: str
    key: str
    sees_images: bool


@dataclass(frozen=True)
class BaselineTask:
    """One task as a baseline gets it.

    Attributes:
        question: the pictures by number and name, and what is asked.
        pictures: to be put before the model; none where it does not see.
        client: the way to the server, where calls are counted.
        calls: model calls it may make.
        tokens: one reply may have.
    """

    question: str
    instructions: str
    pictures: tuple[Picture, ...]
    store: Store
    toolbox: Toolbox
    server: ModelServer
    client: httpx.Client
    calls: int
    tokens: int


class Baseline(Protocol):
    """An agent of another library."""

    name: str
    package: str
    """What pip calls it, for its version."""

    def load(self) -> None:
        """Import the library, so that this is on no task's account.

        Raises:
            UsageError: it is not installed.
        """
        ...

    def ask(self, task: BaselineTask) -> str:
        """Its answer; may raise whatever the library raises."""
        ...


def instructions(server: ModelServer) -> str:
    """How every baseline is instructed, beside what its library says by itself."""
    return _INSTRUCTIONS.format(eyes=_SEES if server.sees_images else _BLIND)


def numbered_question(question: str, pictures: Sequence[Picture]) -> str:
    """The question with the pictures' numbers, names and sizes."""
    listed = [
        f"Picture {number}: {picture.name or 'without a name'} "
        f"({picture.width} x {picture.height} pixels)"
        for number, picture in enumerate(pictures, start=1)
    ]
    return "\n".join([*listed, f"Question: {question}"])


def declines(answer: str) -> bool:
    """Whether an answer says that it cannot tell, also in other words than it was asked to."""
    return not answer.strip() or bool(_DECLINING.search(answer[:_OPENING]))
