"""What the model thinks of a draft, asked as probabilities, its own words never taken for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...schema import Evidence
from ..backends.base import Message
from ..evidence.citation import statements
from ..evidence.grounding import grounded_share, ungrounded_words
from ..evidence.prompting import answer_messages
from ..forms import COPIED
from ..run import Run
from ..state import State
from ..structured_output import probability_of_yes
from ..text.facts import plain_words
from ..text.polarity import opposite
from .extremes import LEAST, MOST

MOST_GROUNDED = 0.6
"""Share of a draft's words that must stand in what tools saw for it to pass without being asked about."""
SURE = 0.8
"""Probability from which a yes or no is not asked the other way round."""
COMPARED = 0.1
"""More of it is wanted where several lines have to be compared, which no program checks yet."""
COMPARING = (
    MOST
    | LEAST
    | frozenset(
        "worst fastest slowest beste schlechteste mejor peor meilleur pire migliore peggiore".split()
    )
)
_MOST_STATEMENTS = 4
UNSURE = "the model itself is not sure of it"
UNASKED = 0.5
"""Confidence where the model was not asked."""


@dataclass(frozen=True)
class Opinion:
    """How likely a draft is supported, 0..1, and what is doubted of it, as sentences."""

    support: float = 1.0
    doubts: tuple[str, ...] = ()


def opinion(state: State, evidence: Sequence[Evidence], run: Run) -> Opinion:
    """Ask about each statement of a draft; what needs no asking is believed.

    Words that tools saw in pictures and the draft copies need none; retrieved pages always do, since
    they hold much that answers other questions.
    """
    stages, draft = run.settings.stages, state["draft"]
    if not stages.supported or not is_doubtful(state, evidence, run):
        return Opinion()
    if not run.model.can_call():
        stray = ", ".join(ungrounded_words(draft, state["standalone_question"], evidence)[:5])
        return Opinion(0.0, (f"it could not be checked: {stray or draft[:60]}",))
    least = _least(state, evidence, run)
    spans = statements(draft)[:_MOST_STATEMENTS]
    parts = [draft[a:b] for a, b in spans] if len(spans) > 1 else [draft]
    support = 1.0
    for part in parts:
        if not run.model.can_call():
            break
        likely = supported(part, state, evidence, run)
        support = min(support, likely)
        if likely < least:
            return Opinion(likely, (f"the evidence does not carry “{part[:80]}”",))
    return both_ways(support, state, evidence, run)


def stood_by(state: State, evidence: Sequence[Evidence], run: Run) -> Opinion:
    """Of a long answer made of pages that a search found: how likely it is, and whether that is too little.

    They may be about something else, and lines that repeat their words may still compare the wrong ones.
    What is copied or put into another language is held against the words alone.
    """
    copied = state["form"] in COPIED
    if copied or not run.settings.stages.supported or not retrieved(evidence):
        return Opinion()
    if not run.model.can_call():
        return Opinion(UNASKED)
    likely = supported(state["draft"], state, evidence, run)
    return Opinion(likely, (UNSURE,) if likely < run.settings.thresholds.supported else ())


def _least(state: State, evidence: Sequence[Evidence], run: Run) -> float:
    """The probability that each statement of a draft must have.

    Pages hold much that answers other questions: that they answer this one, and that they carry the
    draft, must both be so, and be likelier than not (the more, where lines have to be compared).
    """
    lines = run.settings.thresholds
    if not retrieved(evidence):
        # Of a draft it must be as sure as it should have been of what it was made of.
        return max(lines.supported, lines.answerable) if is_unsure(state, run) else lines.supported
    compares = bool(COMPARING & plain_words(state["standalone_question"]))
    both = lines.supported_by_pages + COMPARED * compares
    return min(1.0, both / max(state["answerable"], both))


def is_doubtful(state: State, evidence: Sequence[Evidence], run: Run) -> bool:
    """Whether the model has to be asked at all."""
    if retrieved(evidence) or is_unsure(state, run):
        return True
    grounded = grounded_share(state["draft"], state["standalone_question"], evidence)
    return not run.model.sees_images and grounded < MOST_GROUNDED


def is_unsure(state: State, run: Run) -> bool:
    """Whether it was drafted though the evidence was not surely enough: nothing was left to look with."""
    return state["answerable"] < run.settings.thresholds.answerable


def retrieved(evidence: Sequence[Evidence]) -> bool:
    """Whether pages of documents are among it."""
    return any(item.kind == "passage" for item in evidence)


def both_ways(support: float, state: State, evidence: Sequence[Evidence], run: Run) -> Opinion:
    """A yes or no must be likelier than its opposite (after MMR and ProbMed), and need the picture."""
    stages, other = run.settings.stages, opposite(state["draft"])
    if stages.both_polarities and other and support < SURE and run.model.can_call(2):
        alone = [supported(word, state, evidence, run) for word in (opposite(other), other)]
        if alone[1] >= alone[0]:
            return Opinion(support, (f"“{other}” is just as likely",))
    if stages.picture_removed and run.model.sees_images and run.model.can_call():
        blind = supported(state["draft"], state, evidence, run, pictures=False)
        if blind > support:
            return Opinion(support, ("it is surer without the picture than with it",))
    return Opinion(support)


def supported(
    draft: str, state: State, evidence: Sequence[Evidence], run: Run, pictures: bool = True
) -> float:
    """P(yes) that the evidence carries a statement."""
    asked: list[Message] = answer_messages(state, evidence, run, task="task_supported", draft=draft)
    if not pictures:
        asked = [message.model_copy(update={"pictures": ()}) for message in asked]
    return probability_of_yes(run.model, asked)
