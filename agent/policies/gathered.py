"""Answers about several pictures for a model that only reads: read one by one, put together by program."""

from __future__ import annotations

from ..extraction.composing import Composed, compose
from ..extraction.gathering import Record, can_gather, read_each, wanted
from ..run import Run
from ..state import Gathering, State, Verdict, targets
from .base import examined

_FORMS = frozenset({"fact", "choice", "count", "list", "table", "comparison", "record"})


def gathering_for(state: State, run: Run) -> Gathering | None:
    """What has to be read from each picture; None where the question is not of this kind."""
    pictures = targets(state)
    if run.model.sees_images or state["form"] not in _FORMS or not run.model.can_call(2):
        return None
    if not can_gather(pictures, state["evidence"]):
        return None
    found = wanted(state["standalone_question"], run)
    return found if found.operation != "none" else None


def gathered(state: State, run: Run) -> tuple[Composed, Verdict] | None:
    """The answer and how sure it is; None where too little was read."""
    gathering = state["gathering"]
    if gathering is None:
        return None
    pictures = [(n, p) for n, p in enumerate(state["pictures"], 1) if p in targets(state)]
    records = read_each(gathering, pictures, state["evidence"], run)
    checked = [_checked(record, state, run) for record in records]
    made = compose(gathering, checked)
    if made is None:
        return None
    read = sum(bool(r.values.get(gathering.field)) for r in checked) / max(1, len(pictures))
    scores = [e.score for record in checked for e in record.evidence]
    sure = round(read * min(scores, default=0.0), 3)
    missing = ", ".join(map(str, made.missing))
    unread = (f"no {gathering.field} was found in picture {missing}",) if made.missing else ()
    verdict = Verdict(outcome="accept", citations=made.citations, confidence=sure, open=unread)
    return made, verdict


def _checked(record: Record, state: State, run: Run) -> Record:
    """The values that the checks let stand, put right where they prove what is right."""
    values = {}
    for name, value in record.values.items():
        alone = State(**{**state, "form": "fact", "standalone_question": f"What is the {name}?"})
        found = examined(value, alone, record.evidence, run)
        values[name] = "" if found.doubts else found.draft
    return Record(record.number, record.picture, values, record.evidence)
