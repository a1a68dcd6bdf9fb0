"""verify: look at the draft a second time before anybody sees it as an answer.

What a program can compare is compared: numbers and dates with the text, counts with the boxes, words with
the words of the evidence. Words that stand nowhere are put to the model (after Q-Bench: as a probability).
A draft that fails is written once more with the reason before its eyes; one that fails again is not given.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import AnswerRevised, Citation, Evidence
from ..asking import probability_of_yes
from ..check import corrected, faults, grounded_share, ungrounded_words
from ..cite import cite
from ..documents import page_finder
from ..prompting import answer_messages, shown_evidence
from ..run import Run
from ..state import State, Verdict
from .base import Done

UNCHECKED = 0.5
"""Confidence in an answer that no evidence was needed for: nothing was checked."""
MOST_GROUNDED = 0.6
"""Share of a draft's words that must stand in the evidence for it to pass without being asked about."""


def verify(state: State, run: Run) -> Done:
    """Accept, revise or decline the draft."""
    if not state["looked"]:
        verdict = Verdict(outcome="accept", confidence=UNCHECKED)
        return Done(State(verdict=verdict, stop="no_tools_needed"), "nothing to check")
    draft = corrected(state["draft"], shown_evidence(state))
    verdict = judge(State(**{**state, "draft": draft}), run)
    update = State(verdict=verdict, draft=draft)
    if verdict.outcome == "accept":
        update["stop"] = "accepted"
    elif verdict.outcome == "revise":
        update["round"] = state["round"] + 1
        run.emit(AnswerRevised(text="", reason=verdict.critique))  # the next draft follows
    else:
        update["stop"] = "unsupported"
    did = verdict.outcome + (f": {verdict.critique}" if verdict.critique else "")
    if draft != state["draft"]:
        did += f" (“{state['draft']}” put right)"
        if verdict.outcome == "accept":  # a refused one is not shown, put right or not
            run.emit(AnswerRevised(text=draft, reason="put right"))
    return Done(update, did)


def judge(state: State, run: Run) -> Verdict:
    """Compare the draft with the evidence and say what to do with it."""
    evidence, draft = shown_evidence(state), state["draft"]
    wrong = faults(draft, state["asked"], evidence) or invented(state, evidence, run)
    if not wrong:
        citations = cite(draft, state["asked"], evidence, page_finder(run))
        sure = confidence(state, citations, evidence)
        return Verdict(outcome="accept", citations=citations, confidence=sure)
    again = state["round"] < run.settings.limits.rounds and run.model.can_call()
    return Verdict(
        outcome="revise" if again else "decline",
        critique="; ".join(wrong),
        refinement="Copy words, numbers and dates exactly from the evidence.",
    )


def invented(state: State, evidence: Sequence[Evidence], run: Run) -> list[str]:
    """Words of the draft that nothing shown holds, if the model does not stand by them either.

    A model that sees may say what no tool said; for one that does not, such words are guesses unless
    they say the same in other words (a translation, a summary).
    """
    draft, asked = state["draft"], state["asked"]
    if run.model.sees_images or grounded_share(draft, asked, evidence) >= MOST_GROUNDED:
        return []
    if run.model.can_call():
        question = answer_messages(state, evidence, run, task="task_supported", draft=draft)
        if probability_of_yes(run.model, question) >= run.settings.thresholds.supported:
            return []
    stray = ", ".join(ungrounded_words(draft, asked, evidence)[:5])
    return [f"the evidence does not say: {stray}"]


def confidence(state: State, citations: Sequence[Citation], evidence: Sequence[Evidence]) -> float:
    """From what was checked: is it answerable, how sure were the experts, are its words there."""
    scores = {e.id: e.score for e in evidence}
    experts = min((scores[c.evidence] for c in citations), default=0.5)
    grounded = 0.5 + 0.5 * grounded_share(state["draft"], state["asked"], evidence)
    return round(max(0.0, min(1.0, state["answerable"] * experts * grounded)), 3)
