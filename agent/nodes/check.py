"""check: look at the draft a second time before anybody sees it as an answer.

What a program can compare is compared: numbers and dates with the text, their columns with the years asked
about, counts with the boxes, directions with their numbers. What passes is put to the model, statement by
statement (after FGAIF), as a probability (after Q-Bench); yes and no both ways where it is unsure (after
MMR, ProbMed). A draft that fails is written once more with the reason before its eyes, or the assistant
looks again; one that fails then is not given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ...schema import AnswerRevised, Citation, Evidence
from ..calls import next_look
from ..evidence.citation import cite, statements
from ..evidence.grounding import grounded_share, unsupported_numbers
from ..evidence.prompting import calculated, leaked, shown_evidence
from ..evidence.selection import RANKED
from ..query_rewriting import page_finder
from ..run import Run
from ..state import Stage, State, Verdict
from ..text.polarity import bare, opposite
from ..verification.calculation import computing
from ..verification.change import right_total
from ..verification.columns import one_sided, wrong_direction, wrong_periods
from ..verification.extremes import right_extreme
from ..verification.literal import corrected, echoes, faults, gives_up
from ..verification.naming import misaddressed, right_name, unnamed
from ..verification.support import Opinion, opinion, retrieved
from ..verification.topic import misplaced
from .base import Done

UNCHECKED = 0.5
"""Confidence in an answer that no evidence was needed for: nothing was checked."""
_COPY = (
    "Copy words, numbers and dates exactly from the evidence and compute nothing: "
    "for a change give both numbers."
)


def check(state: State, run: Run) -> Done:
    """Accept, revise, look again or decline; talk has nothing to be compared with, unless it gives up."""
    if not state["looked"] and not (state["target_pictures"] and gives_up(state["draft"])):
        verdict = Verdict(outcome="accept", confidence=UNCHECKED)
        return Done(State(verdict=verdict, stop="no_tools_needed"), "nothing to check")
    shown = shown_evidence(state)
    draft = corrected(state["draft"], shown)
    for right in (right_name, right_extreme, right_total):
        draft = right(draft, state["standalone_question"], shown)
    draft = tenable(draft, state, run)
    checked = State(**{**state, "draft": draft})
    verdict, more = judge(checked, run)
    update = State(verdict=verdict, draft=draft)
    did = verdict.outcome + (f": {verdict.critique}" if verdict.critique else "")
    if verdict.outcome == "accept":
        update["stop"] = "accepted"
    elif verdict.outcome == "decline":
        update["stop"] = "unsupported"
    else:
        update["round"], update["revised"] = state["round"] + 1, not more
        run.emit(AnswerRevised(text="", reason=verdict.critique))  # the next draft follows
        if more:
            update["stages"], update["looked"] = (more,), True
            did += f"; with {', '.join(call.tool for call in more)}"
    if draft != state["draft"]:
        did += f" (“{state['draft']}” put right)"
        if verdict.outcome == "accept":  # a refused one is not shown, put right or not
            run.emit(AnswerRevised(text=draft, reason="put right"))
    return Done(update, did)


def tenable(draft: str, state: State, run: Run) -> str:
    """A yes or no from documents without a reason that is refuted; the yes is then judged alone."""
    evidence = shown_evidence(state)
    if not opposite(draft) or not retrieved(evidence):
        return draft
    return bare(draft) if by_program(draft, state["standalone_question"], evidence, run) else draft


def judge(state: State, run: Run) -> tuple[Verdict, Stage]:
    """Compare the draft with the evidence; what to do with it, and the calls of a look again."""
    evidence, draft = shown_evidence(state), state["draft"]
    slips = (
        () if gives_up(draft) else by_program(draft, state["standalone_question"], evidence, run)
    )
    doubts: Sequence[str] = slips
    if gives_up(draft):
        doubts = ("the model itself found no answer in the evidence",)
    if not doubts:
        verdict = weigh(state, evidence, run)
        if isinstance(verdict, Verdict):
            return verdict, ()
        doubts = verdict
    outcome, more = what_next(state, run, slip=bool(slips) and not state["revised"])
    return Verdict(outcome=outcome, critique="; ".join(doubts), refinement=_COPY), more


def weigh(state: State, evidence: Sequence[Evidence], run: Run) -> Verdict | tuple[str, ...]:
    """Accept a draft in which no program found a fault, or say what is doubted of it."""
    found = opinion(state, evidence, run)
    if found.doubts:
        return found.doubts
    shown = {item.id for item in evidence}
    others = [item for item in state["evidence"] if item.id not in shown]
    citations = cite(
        state["draft"], state["standalone_question"], evidence, page_finder(run), others
    )
    if missing := unplaced(state["draft"], citations, evidence):
        return missing
    sure = confidence(state, citations, evidence, found)
    if sure < run.settings.thresholds.confidence:
        return (f"all that was checked leaves it too unsure ({sure:.2f})",)
    return Verdict(outcome="accept", citations=citations, confidence=sure)


def by_program(draft: str, question: str, evidence: Sequence[Evidence], run: Run) -> list[str]:
    """What can be found wrong without a model, as sentences for the next attempt."""
    if not run.settings.stages.literal:
        return [] if draft.strip() else ["it is empty"]
    return [
        *faults(draft, question, evidence),
        *wrong_periods(draft, question, evidence),
        *one_sided(draft, question, evidence),
        *wrong_direction(draft),
        *unnamed(draft, question),
        *misaddressed(draft, question, evidence),
        *([] if calculated(evidence) else misplaced(draft, question, evidence)),
        *leaked(draft, question, evidence),
        *(echoes(draft, question) if retrieved(evidence) else []),
    ]


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
    made_up = unsupported_numbers(
        state["draft"], state["standalone_question"], shown_evidence(state)
    )
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
