"""The policy for models that only read: evidence is all there is, and what it does not carry is not said.

A draft that fails is written once more with the reason before its eyes, or the assistant looks again; one
that fails then is not given. What passes the programs is put to the model, statement by statement (after
FGAIF), as a probability (after Q-Bench); yes and no both ways where it is unsure (after MMR, ProbMed).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ...schema import Citation, Evidence
from ..calls import next_look
from ..evidence.citation import cite, statements
from ..evidence.grounding import grounded_share, unsupported_numbers
from ..evidence.prompting import shown_evidence
from ..evidence.selection import RANKED
from ..query_rewriting import page_finder
from ..run import Run
from ..state import Stage, State, Verdict
from ..text.polarity import bare, opposite
from ..verification.calculation import computing
from ..verification.engine import Examined
from ..verification.statements import supported_lines
from ..verification.support import Opinion, opinion, retrieved, stood_by
from ..verification.wording import gives_up
from .base import Judgement, examined, form_of, may_revise, revised

_TOLD = 400
"""Characters of a draft that was thrown away which the trace keeps."""
_COPY = (
    "Copy words, numbers and dates exactly from the evidence and compute nothing: "
    "for a change give both numbers."
)


def judge(state: State, run: Run) -> Judgement:
    """What becomes of a draft: short ones are held against evidence whole, long ones line by line."""
    return judge_brief(state, run) if form_of(state).brief else judge_worked(state, run)


def judge_brief(state: State, run: Run) -> Judgement:
    """Compare the draft with the evidence; what to do with it, and the calls of a look again."""
    evidence = shown_evidence(state)
    found = examined(tenable(state, run), state, evidence, run)
    checked = State(**{**state, "draft": found.draft})
    doubts: Sequence[str] = standing(found, state, run)
    if gives_up(found.draft):
        doubts = ("the model itself found no answer in the evidence",)
    if not doubts:
        verdict = weigh(checked, evidence, run)
        if isinstance(verdict, Verdict):
            return Judgement(found.draft, verdict, trace=found.told)
        doubts = verdict
    slip = bool(found.doubts) and not gives_up(found.draft) and not state["revised"]
    outcome, calls = what_next(checked, run, slip)
    verdict = Verdict(outcome=outcome, critique="; ".join(doubts), refinement=_COPY)
    return Judgement(found.draft, verdict, calls, trace=found.told)


def judge_worked(state: State, run: Run) -> Judgement:
    """Lines that nothing read carries are left out; the answer is declined where none is left."""
    evidence, form = shown_evidence(state), form_of(state)
    if not state["draft"].strip() or gives_up(state["draft"].split("\n")[0]):
        verdict = Verdict(outcome="decline", critique="the model found nothing to make it of")
        return Judgement(state["draft"], verdict)
    found = examined(state["draft"], state, evidence, run)
    if found.of_its_words and may_revise(state, run):
        return revised(found, state)
    kept, dropped = supported_lines(state["draft"], evidence, literal=form.literal)
    if not kept:
        verdict = Verdict(outcome="decline", critique="the evidence carries no line of it")
        return Judgement(state["draft"], verdict, trace=f"it was: {state['draft'][:_TOLD]}")
    question = state["standalone_question"]
    citations = cite(kept, question, evidence, page_finder(run))
    stood = stood_by(State(**{**state, "draft": kept}), evidence, run)
    whole = len(kept.splitlines()) / (len(kept.splitlines()) + len(dropped))
    experts = min((e.score for e in evidence if e.kind not in RANKED), default=1.0)
    verdict = Verdict(
        outcome="accept",
        citations=citations,
        confidence=round(whole * experts * stood.support, 3),
        open=(*(doubt.reason for doubt in found.of_its_words if not doubt.mild), *stood.doubts),
    )
    left_out = f"{len(dropped)} lines left out that the evidence does not carry"
    trace = "; ".join(filter(None, (found.told, left_out if dropped else "")))
    return Judgement(kept, verdict, trace=trace)


def standing(found: Examined, state: State, run: Run) -> tuple[str, ...]:
    """What is doubted of a short draft; what is mild only as long as it may be written anew."""
    again = may_revise(state, run)
    return tuple(doubt.reason for _, doubt in found.doubts if again or not doubt.mild)


def tenable(state: State, run: Run) -> str:
    """A yes or no from documents without a reason that is refuted; the yes is then judged alone."""
    draft, evidence = state["draft"], shown_evidence(state)
    if not opposite(draft) or not retrieved(evidence):
        return draft
    return bare(draft) if examined(draft, state, evidence, run).doubts else draft


def weigh(state: State, evidence: Sequence[Evidence], run: Run) -> Verdict | tuple[str, ...]:
    """Accept a draft in which no program found a fault, or say what is doubted of it."""
    found = opinion(state, evidence, run)
    if found.doubts:
        return found.doubts
    shown = {item.id for item in evidence}
    others = [item for item in state["evidence"] if item.id not in shown]
    question = state["standalone_question"]
    citations = cite(state["draft"], question, evidence, page_finder(run), others)
    if missing := unplaced(state["draft"], citations, evidence):
        return missing
    sure = confidence(state, citations, evidence, found)
    if sure < run.settings.thresholds.confidence:
        return (f"all that was checked leaves it too unsure ({sure:.2f})",)
    return Verdict(outcome="accept", citations=citations, confidence=sure)


def unplaced(
    draft: str, citations: Sequence[Citation], evidence: Sequence[Evidence]
) -> tuple[str, ...]:
    """Statements about documents that no line of them could be cited for."""
    if not retrieved(evidence):
        return ()
    placed = {
        (citation.start, citation.end) for citation in citations if citation.boxes or citation.quote
    }
    return tuple(
        f"no line of the documents carries “{draft[a:b][:80]}”"
        for a, b in statements(draft)
        if (a, b) not in placed
    )


def what_next(
    state: State, run: Run, slip: bool
) -> tuple[Literal["revise", "look_again", "decline"], Stage]:
    """A slip is written again, once; where the evidence is doubted, other evidence is looked for.

    A number that the model worked out by itself is worked out again, of numbers that were read.

    The calls to look with are handed back: finding them may have cost a call of the model.
    """
    if state["round"] >= run.settings.limits.rounds or not run.model.can_call(2):
        return "decline", ()
    question = state["standalone_question"]
    made_up = unsupported_numbers(state["draft"], question, shown_evidence(state))
    if made_up and (computed := computing(state, run)):
        return "look_again", computed
    if slip:
        return "revise", ()
    more = next_look(state, run)
    return ("look_again" if more else "decline"), more


def confidence(
    state: State, citations: Sequence[Citation], evidence: Sequence[Evidence], found: Opinion
) -> float:
    """From what was checked: answerable, supported, sure experts, words that are there."""
    scores = {e.id: e.score for e in evidence if e.kind not in RANKED}  # ranks are not sureness
    experts = min((scores.get(c.evidence, 1.0) for c in citations), default=0.5)
    grounded = 0.5 + 0.5 * grounded_share(state["draft"], state["standalone_question"], evidence)
    sure = state["answerable"] * experts * grounded * found.support
    return round(max(0.0, min(1.0, sure)), 3)
