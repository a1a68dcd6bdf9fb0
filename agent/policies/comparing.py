"""What changed between two pictures, for a model that only reads: the program found it and says it."""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import Evidence
from ...tools.comparing import COMPARE
from ..run import Run
from ..state import State


def differences(state: State, evidence: Sequence[Evidence], run: Run) -> str:
    """The differences as they were found; "" where anything else was asked too, or the model looks itself.

    A small model that is to put them into its own words adds some that nobody found.
    """
    if run.model.sees_images or not evidence:
        return ""
    calls = {r.call.id for r in state["results"] if r.call.tool == COMPARE and not r.error}
    return evidence[0].text if all(item.call in calls for item in evidence) else ""
