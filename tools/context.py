"""What a run lends to a tool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..control import Control
from ..media.store import Store
from ..schema import Evidence, Picture, Usage


@dataclass(frozen=True)
class Context:
    """What a run lends to a tool; ask for it with an argument hinted `Context`.

    Attributes:
        pictures: the run's pictures; number 1 is the first.
        store: holds their bytes.
        control: long tools should look at it and stop when it says so.
        evidence: what is known so far.
        tell: takes what a long tool does just now, in words for people.
        charge: takes what a tool's own calls of a model came to; the answer's usage says it.
    """

    pictures: tuple[Picture, ...]
    store: Store
    control: Control
    evidence: tuple[Evidence, ...] = ()
    tell: Callable[[str], None] = lambda words: None
    charge: Callable[[Usage], None] = lambda usage: None
