"""check: hold the draft against what is known before anybody sees it as an answer, and say what follows.

How a draft is judged depends on who leads; see `policies`. A draft that fails is written once more, or the
assistant looks again; one that fails then is not given.
"""

from __future__ import annotations

from ...schema import AnswerRevised
from ..policies import reading, seeing
from ..policies.base import Judgement
from ..run import Run
from ..state import State, Verdict, targets
from ..verification.wording import gives_up
from .base import Done

UNCHECKED = 0.5
"""Confidence in an answer that no evidence was needed for: nothing was checked."""


def check(state: State, run: Run) -> Done:
    """Accept, revise, look again or decline; talk has nothing to be compared with, unless it gives up."""
    made = state["verdict"]
    if made is not None and made.outcome == "accept":  # by the program, of values that were checked
        return Done(State(stop="accepted"), "accept: put together by the program")
    if nothing_to_check(state, run):
        verdict = Verdict(outcome="accept", confidence=UNCHECKED)
        return Done(State(verdict=verdict, stop="no_tools_needed"), "nothing to check")
    judge = seeing.judge if run.model.sees_images else reading.judge
    judgement = judge(state, run)
    return Done(what_follows(judgement, state, run), in_words(judgement, state))


def nothing_to_check(state: State, run: Run) -> bool:
    """Whether no tool was wanted and no picture looked at."""
    if state["looked"] or (run.model.sees_images and targets(state)):
        return False
    return not (state["target_pictures"] and gives_up(state["draft"]))


def what_follows(judgement: Judgement, state: State, run: Run) -> State:
    """What a judgement changes, and what is told of it while it happens."""
    verdict, draft = judgement.verdict, judgement.draft
    looked = any(item.kind == "region" for item in judgement.evidence)
    update = State(verdict=verdict, draft=draft, evidence=judgement.evidence)
    update["opened"] = state["opened"] or looked
    if verdict.outcome == "accept":
        update["stop"] = "accepted"
        if draft != state["draft"]:
            run.emit(AnswerRevised(text=draft, reason="put right"))
    elif verdict.outcome == "decline":
        update["stop"] = "unsupported"
    else:
        update["round"], update["revised"] = state["round"] + 1, not judgement.calls
        run.emit(AnswerRevised(text="", reason=verdict.critique))  # the next draft follows
        if judgement.calls:
            update["stages"], update["looked"] = (judgement.calls,), True
    return update


def in_words(judgement: Judgement, state: State) -> str:
    """One line for the trace."""
    verdict = judgement.verdict
    did = verdict.outcome + (f": {verdict.critique}" if verdict.critique else "")
    if judgement.calls:
        did += f"; with {', '.join(call.tool for call in judgement.calls)}"
    if judgement.draft != state["draft"]:
        did += f" (“{state['draft']}” put right)"
    if judgement.trace and judgement.trace not in did:
        did += f" [{judgement.trace}]"
    return did
