"""The prompt the answer is drafted from; every question about the same evidence begins alike.

What is stable comes first (rules, example, evidence, question, then the task), so a server's prompt cache
pays for gate, draft and revision only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ..prompts import examples, render
from ..schema import Evidence
from .backends.base import Message
from .run import Run
from .state import State
from .wording import show_evidence


def answer_messages(
    state: State, evidence: Sequence[Evidence], run: Run, task: str, **values: str
) -> list[Message]:
    """The messages for one task over the evidence; pictures go to a model that sees."""
    failures = [r for r in state["results"] if r.error]
    text = render(
        "answer",
        evidence=show_evidence(evidence, failures),
        question=state["asked"],
        task=render(task, **values),
    )
    pictures = (
        tuple(p for n, p in enumerate(state["pictures"], 1) if n in state["meant"])
        if run.model.sees_images
        else ()
    )
    return [*opening(), Message(role="user", text=text, pictures=pictures)]


@cache
def opening() -> tuple[Message, ...]:
    """What every answering prompt begins with: the rules, and an answer given as it should be."""
    shown = [
        message
        for example in examples("answer_examples")
        for message in (
            Message(
                role="user",
                text=render(
                    "answer",
                    evidence=show_evidence([as_evidence(example["evidence"])]),
                    question=example["question"],
                    task=render("task_answer"),
                ),
            ),
            Message(role="assistant", text=example["answer"]),
        )
    ]
    return (Message(role="system", text=render("answer_system")), *shown)


def as_evidence(text: str) -> Evidence:
    """Text of an example in the shape of evidence."""
    return Evidence(id="E1", kind="text", text=text)


def shown_evidence(state: State) -> list[Evidence]:
    """The evidence that sift put before the model, whole."""
    return [e for e in state["evidence"] if e.id in state["shown"]]


def calculated(evidence: Sequence[Evidence]) -> bool:
    """Whether the last word was a calculation: its result answers by construction."""
    return bool(evidence) and evidence[-1].kind == "calculation"
