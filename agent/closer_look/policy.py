"""When a model that sees looks closer: where it is unsure, once, and within what calls are left."""

from __future__ import annotations

from ...schema import Evidence
from ..run import Run
from ..state import State
from .zoom import SURE, Closer, closer_look, effort_for

MOST_LOOKS = 12
"""Cheap looks at parts; each is one short call of the model."""
_NEEDED_AFTER = 4
"""Calls that must be left: the gate once more, the draft, and its check."""


def opened_parts(state: State, run: Run, probability: float) -> tuple[Evidence, ...]:
    """Parts of the pictures that show what is asked, at full resolution, numbered as evidence.

    Empty for a model that reads only: its tools read small parts enlarged by themselves.

    Args:
        probability: that the question can be answered without; a sure model pays nothing.
    """
    looks = min(MOST_LOOKS, run.model.left() - _NEEDED_AFTER)
    wanted = run.settings.stages.look_closer and run.model.sees_images and not state["opened"]
    if not wanted or not state["target_pictures"] or probability >= SURE or looks < 1:
        return ()
    pictures = [p for n, p in enumerate(state["pictures"], 1) if n in state["target_pictures"]]
    effort = effort_for(run.model, looks=looks)
    closer = Closer(run.store, effort=effort)
    found = closer_look(
        state["standalone_question"], pictures, run.model, closer, state["evidence"]
    )
    first = len(state["evidence"]) + 1
    return tuple(e.model_copy(update={"id": f"E{n}"}) for n, e in enumerate(found, first))
