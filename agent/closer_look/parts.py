"""Opening the parts of pictures that show what is asked, once and within the calls that are left.

Whether a draft is looked at again at all is decided in `policies/seeing.py`.
"""

from __future__ import annotations

from ...schema import Evidence
from ..run import Run
from ..state import State
from .zoom import Closer, closer_look, effort_for

MOST_LOOKS = 12
"""Cheap looks at parts; each is one short call of the model."""
_NEEDED_AFTER = 4
"""Calls that must be left: another draft, which of both is right, and what is asked of it."""


def opened_parts(state: State, run: Run) -> tuple[Evidence, ...]:
    """Parts of the pictures that show what is asked, at full resolution, numbered as evidence.

    Empty for a model that reads only: its tools read small parts enlarged by themselves.
    """
    looks = min(MOST_LOOKS, run.model.left() - _NEEDED_AFTER)
    wanted = run.settings.stages.look_closer and run.model.sees_images and not state["opened"]
    if not wanted or not state["target_pictures"] or looks < 1:
        return ()
    pictures = [p for n, p in enumerate(state["pictures"], 1) if n in state["target_pictures"]]
    effort = effort_for(run.model, looks=looks)
    closer = Closer(run.store, effort=effort)
    found = closer_look(
        state["standalone_question"], pictures, run.model, closer, state["evidence"]
    )
    first = len(state["evidence"]) + 1
    return tuple(e.model_copy(update={"id": f"E{n}"}) for n, e in enumerate(found, first))
