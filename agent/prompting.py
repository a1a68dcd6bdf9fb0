"""The prompt the answer is drafted from; every question about the same evidence begins alike.

What is stable comes first (system, evidence, question, then the task), so a server's prompt cache pays
for gate, draft and revision only once.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..prompts import render
from ..schema import Evidence
from .backends.base import Message
from .run import Run
from .state import State
from .wording import show_evidence


def answer_messages(
    state: State, evidence: Sequence[Evidence], run: Run, task: str, **values: str
) -> list[Message]:
    """System and user message for one task over the evidence; pictures go to a model that sees."""
    failures = [r for r in state["results"] if r.error]
    text = render(
        "answer",
        evidence=show_evidence(evidence, failures),
        question=state["asked"],
        task=render(task, **values),
    )
    pictures = (
        tuple(state["pictures"][n - 1] for n in state["meant"]) if run.model.sees_images else ()
    )
    return [
        Message(role="system", text=render("answer_system")),
        Message(role="user", text=text, pictures=pictures),
    ]


def shown_evidence(state: State) -> list[Evidence]:
    """The evidence that sift put before the model, whole."""
    return [e for e in state["evidence"] if e.id in state["shown"]]


def calculated(evidence: Sequence[Evidence]) -> bool:
    """Whether the last word was a calculation: its result answers by construction."""
    return bool(evidence) and evidence[-1].kind == "calculation"
