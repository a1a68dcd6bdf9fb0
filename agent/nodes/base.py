"""What a node is: a function of the state and the run that says what it changed and what it did."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..run import Run
from ..state import State


class Done(NamedTuple):
    """A node's result: the channels it writes, and one line for the trace."""

    update: State
    did: str


NodeFunction = Callable[[State, Run], Done]
