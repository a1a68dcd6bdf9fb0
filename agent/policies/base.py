"""What a policy makes of a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...schema import Evidence
from ..evidence.prompting import example_words
from ..forms import FORMS, Form
from ..run import Run
from ..state import Stage, State, Verdict, targets
from ..verification.base import Case
from ..verification.engine import Examined, examine
from ..verification.registry import enabled


@dataclass(frozen=True)
class Judgement:
    """A verdict and what goes with it.

    Attributes:
        draft: as it stands now.
        calls: of tools, to look again with.
        evidence: what a second look brought, numbered.
        trace: what the checks found and what came of it.
    """

    draft: str
    verdict: Verdict
    calls: Stage = ()
    evidence: tuple[Evidence, ...] = ()
    trace: str = ""


def form_of(state: State) -> Form:
    """What kind of answer is asked for."""
    return FORMS[state["form"]]


def may_revise(state: State, run: Run) -> bool:
    """Whether a draft may be written anew over the same evidence: once, within the limits."""
    rounds_left = state["round"] < run.settings.limits.rounds
    return not state["revised"] and rounds_left and run.model.can_call(2)


def revised(found: Examined, state: State) -> Judgement:
    """The draft is written anew, with what is wrong with its words before the model's eyes."""
    critique = "; ".join(doubt.reason for doubt in found.of_its_words)
    verdict = Verdict(
        outcome="revise", critique=critique, refinement=form_of(state).instruction.strip()
    )
    return Judgement(state["draft"], verdict, trace=found.told)


def examined(draft: str, state: State, evidence: Sequence[Evidence], run: Run) -> Examined:
    """The draft held against every check that is switched on and applies."""
    case = Case(
        question=state["standalone_question"],
        draft=draft,
        evidence=tuple(evidence),
        form=form_of(state),
        pictures=targets(state),
        sees=run.model.sees_images,
        example_words=example_words(),
    )
    found = examine(case, enabled(run.settings.checks.disabled, run.settings.stages.literal))
    run.findings.update(found.names)
    return found
