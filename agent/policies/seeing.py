"""The policy for models that see: the draft stands unless a second look at the picture changes it.

Tools inform and doubt; they never overrule. A doubt is a place that is enlarged and shown with both
readings, and the model decides by probability, in both orders (after JudgeLM). What stays open is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...schema import Evidence
from ..backends.base import Message
from ..calls import next_look
from ..closer_look.parts import opened_parts
from ..closer_look.second_look import Settled, preferred, settle
from ..evidence.prompting import answer_messages, shown_evidence
from ..run import Run
from ..state import State, Verdict, targets
from ..structured_output import probability_of_yes
from ..verification.support import UNASKED, UNSURE
from ..verification.wording import gives_up
from .base import Judgement, examined, form_of, may_revise, revised
from .candidates import best_draft
from .sources import sourced

SURE = 0.8
"""Probability of being right from which a draft is not looked at again."""
_OPEN = 0.5  # what is left of a confidence where something stays open


def judge(state: State, run: Run) -> Judgement:
    """Hold the draft against the tools, look again where they differ or the model is unsure."""
    evidence, brief = shown_evidence(state), form_of(state).brief
    found = examined(state["draft"], state, evidence, run)
    if "empty" in dict(found.doubts):
        verdict = Verdict(outcome="decline", critique=found.told)
        return Judgement(state["draft"], verdict, trace=found.told)
    if found.of_its_words and may_revise(state, run):
        return revised(found, state)
    answerable = _answerable(state, evidence, run)
    right = _right(state, evidence, run) if brief else answerable
    settled = Settled(state["draft"])
    if found.disagreements:
        settled = settle(state, found.disagreements, targets(state), run)
    elif min(right, answerable) < SURE or gives_up(state["draft"]):
        settled = _looked_at_parts(state, evidence, run)
    if (settled.evidence or settled.draft != state["draft"]) and run.model.can_call(2):
        checked = State(**{**state, "draft": settled.draft})
        evidence = [*evidence, *settled.evidence]
        answerable = max(answerable, _answerable(checked, evidence, run))
        right = _right(checked, evidence, run) if brief else answerable
    if run.settings.stages.drafts and brief and min(right, answerable) < SURE:
        settled = best_draft(settled, state, evidence, run)
        known = {item.id for item in evidence}
        evidence = [*evidence, *(e for e in settled.evidence if e.id not in known)]
        checked = State(**{**state, "draft": settled.draft})
        if run.model.can_call(2):
            answerable = max(answerable, _answerable(checked, evidence, run))
            right = _right(checked, evidence, run)
    left = tuple(doubt.reason for doubt in found.of_its_words if not doubt.mild)
    settled = replace(settled, open=(*settled.open, *left))
    trace = "; ".join(filter(None, (found.told, *settled.came_of)))
    given_up = brief and gives_up(settled.draft) and right < SURE
    if answerable < run.settings.thresholds.seen or given_up:
        return _no_answer(settled, state, run, trace)
    if brief and right < run.settings.thresholds.seen:
        settled = replace(settled, open=(*settled.open, UNSURE))
    return _accepted(state, settled, evidence, right, run, trace)


def _no_answer(settled: Settled, state: State, run: Run, trace: str) -> Judgement:
    """Look elsewhere where documents are at hand; else say that the model sees no answer."""
    calls = next_look(state, run) if run.index is not None else ()
    looked = "also after a closer look" if settled.evidence else "in what it was shown"
    verdict = Verdict(
        outcome="look_again" if calls else "decline",
        critique=f"the model sees no answer, {looked}",
    )
    return Judgement(settled.draft, verdict, calls, settled.evidence, trace)


def _accepted(
    state: State,
    settled: Settled,
    evidence: Sequence[Evidence],
    right: float,
    run: Run,
    trace: str,
) -> Judgement:
    """The draft with its sources: what tools read or counted, else the model's own eyes."""
    seen, citations = sourced(settled, state, evidence, run)
    sure = right * (_OPEN if settled.open else 1.0)
    verdict = Verdict(
        outcome="accept",
        citations=citations,
        confidence=round(min(1.0, max(0.0, sure)), 3),
        open=settled.open,
    )
    return Judgement(settled.draft, verdict, evidence=(*settled.evidence, *seen), trace=trace)


def _looked_at_parts(state: State, evidence: Sequence[Evidence], run: Run) -> Settled:
    """Parts that show what is asked, opened at full resolution; a second draft, and the better of both."""
    if state["opened"] or not run.model.can_call(4):
        return Settled(state["draft"])
    parts = opened_parts(state, run)
    if not parts:
        return Settled(state["draft"])
    shown = [*evidence, *parts]
    task = f"form_{state['form']}"
    again = run.model.generate(
        answer_messages(state, shown, run, task=task), max_tokens=form_of(state).tokens
    ).text.strip()
    if not again or again == state["draft"]:
        return Settled(state["draft"], parts, (), ("the same after a closer look",))

    def ask(a: str, b: str) -> list[Message]:
        return answer_messages(state, shown, run, "choose_answer", a=a, b=b)

    share = preferred(ask, state["draft"], again, run)
    if share > 0.5 or (share == 0.5 and not gives_up(state["draft"])):
        return Settled(state["draft"], parts, (), ("kept after a closer look",))
    return Settled(again, parts, (), ("written anew after a closer look",))


def _answerable(state: State, evidence: Sequence[Evidence], run: Run) -> float:
    """Whether what is asked can be seen at all."""
    if not run.settings.stages.gate:
        return UNASKED
    messages = answer_messages(state, evidence, run, task="task_answerable_seeing")
    return probability_of_yes(run.model, messages)


def _right(state: State, evidence: Sequence[Evidence], run: Run) -> float:
    """Whether the model stands by its draft."""
    if not run.settings.stages.supported:
        return UNASKED
    messages = answer_messages(state, evidence, run, task="task_right_seeing", draft=state["draft"])
    return probability_of_yes(run.model, messages)
