"""How a seer errs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ...errors import UsageError


@dataclass(frozen=True)
class Character:
    """What a seer is like; the default is perfect.

    Attributes:
        name: for the record.
        about: in a line.
        least: pixels that the short side of a mark must have in the picture as it is seen.
        slips: share of the drafts with a number in them that have it wrong.
        belief: probability it gives its own wrong draft as long as it has not looked closer.
        invents: answers what no picture says, and is sure of it.
        talks: wraps its answers in sentences.
        nonsense: share of its replies under a schema that are not the JSON asked for.
    """

    name: str
    about: str
    least: float = 0.0
    slips: float = 0.0
    belief: float = 0.0
    invents: bool = False
    talks: bool = False
    nonsense: float = 0.0

    def happens(self, share: float, *what: str) -> bool:
        """Whether something that happens in a share of the cases happens in this one."""
        digest = hashlib.sha256("\n".join((self.name, *what)).encode()).digest()
        return int.from_bytes(digest[:4], "big") < share * 2**32


SEERS = {
    c.name: c
    for c in (
        Character("perfect", "sees everything and answers rightly"),
        Character("blind", "does not make out small marks until they are enlarged", least=12.0,
                  belief=0.5),
        Character("wrong-numbers", "has every fifth number wrong until it looks closer", slips=0.2,
                  belief=0.7),
        Character("overconfident", "is sure of its wrong numbers, and of what nobody can know",
                  slips=0.2, belief=0.99, invents=True),
        Character("talkative", "wraps its answers in sentences", talks=True),
        Character("hostile", "breaks every other JSON it is asked for", nonsense=0.5),
    )
}  # fmt: skip


def seer_named(name: str) -> Character:
    """The character; UsageError lists the names there are."""
    if name not in SEERS:
        raise UsageError(f"there is no seer {name!r}; there are {', '.join(SEERS)}")
    return SEERS[name]
