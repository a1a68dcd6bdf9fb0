"""Counts: boxes of a detector against what a draft says. Counting is the program's work (MuMath-Code)."""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import Evidence
from ..evidence.grounding import one_kind, same_word
from ..text.facts import content_words, numbers, replace_number, words, written_as
from ..text.polarity import NO_FOR, bare
from .base import PASS, Case, Disagreement, Doubt, Finding


def right_count(draft: str, evidence: Sequence[Evidence]) -> str:
    """The number of boxes instead of another single number said of their kind."""
    said, found = numbers(draft), one_kind(evidence)
    if len(said) != 1 or found is None:
        return draft
    label, count = found
    alone = len(words(draft)) == 1
    if said[0] == str(count) or not (alone or any(same_word(label, w) for w in words(draft))):
        return draft
    return replace_number(draft, said[0], str(count))


def not_found(draft: str, evidence: Sequence[Evidence]) -> str:
    """No instead of yes where all that was looked for was not found."""
    none = evidence and all(e.kind == "objects" and not e.detections for e in evidence)
    first = (words(draft) or [""])[0]
    return NO_FOR[first] if none and first in NO_FOR else draft


def counted_otherwise(case: Case) -> Finding:
    """For a model that sees: a count of the detector's that is not the draft's, with its boxes."""
    said = numbers(case.draft)
    if len(said) != 1 or case.form.name != "count":
        return PASS
    for item in case.evidence:
        there = [found for found in item.detections if _is_asked_for(found.label, case)]
        if there and str(len(there)) != said[0]:
            reading = Disagreement(
                written_as(case.draft, said[0]),
                str(len(there)),
                item.source,
                tuple(found.box for found in there),
                value=said[0],
            )
            return Doubt(f"the detector counts {len(there)}, not {said[0]}", (reading,))
    return PASS


def found_otherwise(case: Case) -> Finding:
    """For a model that sees: a yes to what the detector looked for in vain, or a no beside its boxes.

    A detector that does not know a thing says nothing of it: only what it looked for by name counts.
    """
    said = (words(bare(case.draft)) or [""])[0]
    says_yes, says_no = said in NO_FOR, said in {no.lower() for no in NO_FOR.values()}
    for item in case.evidence:
        if item.kind != "objects":
            continue
        there = [found for found in item.detections if _is_asked_for(found.label, case)]
        if says_no and there:
            yes = next(yes.capitalize() for yes, no in NO_FOR.items() if no.lower() == said)
            boxes = tuple(found.box for found in there)
            reading = Disagreement(said, yes, item.source, boxes)
            return Doubt(f"the detector finds {len(there)} {there[0].label}", (reading,))
        if says_yes and not any(other.detections for other in case.evidence):
            reading = Disagreement(said, NO_FOR[said], item.source)
            return Doubt("the detector does not find it", (reading,))
    return PASS


def _is_asked_for(label: str, case: Case) -> bool:
    return any(same_word(label, word) for word in content_words(case.question))
