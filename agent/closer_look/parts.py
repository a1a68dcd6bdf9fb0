"""Opening the parts of pictures that show what is asked, once and within the calls that are left.

Whether a draft is looked at again at all is decided in `policies/seeing.py`.
"""

from __future__ import annotations

from ...schema import Evidence
from ..run import Run
from ..state import State, numbered_evidence, targets
from .zoom import TO_ATTEND, Attentive, Closer, closer_look, effort_for

MOST_LOOKS = 12
"""Cheap looks at parts; each is one short call of the model. Enough to split a picture three times."""
_NEEDED_AFTER = 4
"""Calls that must be left: another draft, which of both is right, and what is asked of it."""


def opened_parts(state: State, run: Run) -> tuple[Evidence, ...]:
    """Parts of the pictures that show what is asked, at full resolution, numbered as evidence.

    Empty for a model that reads only: its tools read small parts enlarged by themselves.
    """
    most = MOST_LOOKS + (TO_ATTEND if isinstance(run.model, Attentive) else 0)
    looks = min(most, run.model.left() - _NEEDED_AFTER)
    wanted = run.settings.stages.look_closer and run.model.sees_images and not state["opened"]
    if not wanted or not state["target_pictures"] or looks < 1:
        return ()
    closer = Closer(run.store, effort=effort_for(run.model, looks=looks))
    question, known = state["standalone_question"], state["evidence"]
    found = closer_look(question, targets(state), run.model, closer, known)
    return numbered_evidence(found, state)
