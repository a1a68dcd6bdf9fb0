"""The prompt the answer is drafted from; every question about the same evidence begins alike.

What is stable comes first (rules, example, evidence, question, then the task), so a server's prompt cache
pays for gate, draft and revision only once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from ...prompts import examples, render
from ...schema import Calculation, Evidence, Picture
from ...tools.execution.results import picture_source
from ...tools.tables.query import FIND_TABLE, QUERY_TABLE
from ..backends.base import ChatModel, Message, ReadsAhead
from ..forms import FORMS
from ..run import Run
from ..state import State, targets
from ..text.facts import content_words, numbers
from .rendering import show_evidence
from .selection import RANKED

Opening = Literal["pictures", "documents", "seeing", "work"]
"""What an answering prompt begins with: short answers from tools' notes on pictures, or from documents;
a model that looks for itself; something made from what was read (a list, a translation ...)."""

MOST_PAGES = 4
"""Retrieved pages a model that sees is shown at once; each costs as much as a page of text or more."""
_OF_TABLES = frozenset({FIND_TABLE, QUERY_TABLE})
_WITH_EXAMPLES: tuple[Opening, ...] = ("pictures", "documents")


def answer_messages(
    state: State, evidence: Sequence[Evidence], run: Run, task: str, **values: str
) -> list[Message]:
    """The messages for one task over the evidence; pictures go to a model that sees.

    These are the user's own, then those that evidence brings along (retrieved pages and pictures).
    """
    # That words make no table says nothing against the words.
    failures = [r for r in state["results"] if r.error and r.call.tool not in _OF_TABLES]
    own = targets(state)
    brought = pages_shown(evidence)
    seen = run.model.sees_images
    asked = render(task, **values)
    text = render(
        "frame_seeing" if seen else "frame_reading",
        evidence=show_evidence(evidence, failures, {} if seen else picture_titles(state, evidence))
        + (which_is_which(own, brought) if seen and brought else ""),
        question=state["standalone_question"],
        task=asked,
    )
    pictures = (*own, *brought.values()) if seen else ()
    begin = opening(opening_for(state, evidence, run))
    shared = max(0, text.rfind(asked))
    return [*begin, Message(role="user", text=text, pictures=pictures, shared=shared)]


def opening_for(state: State, evidence: Sequence[Evidence], run: Run) -> Opening:
    """How the prompts about this question begin: all of them alike, so that they are read once."""
    if run.model.sees_images:
        return "seeing"
    if FORMS[state["form"]].worked:
        return "work"
    return "documents" if any(e.kind in RANKED for e in evidence) else "pictures"


def picture_titles(state: State, evidence: Sequence[Evidence]) -> dict[str, str]:
    """Which picture was read where, by the id of the evidence, where several were, for work with them."""
    if FORMS[state["form"]].worked and len(state["pictures"]) > 1:
        numbers = {picture_source(p): n for n, p in enumerate(state["pictures"], 1)}
        return {e.id: f"picture {numbers[e.source]}" for e in evidence if e.source in numbers}
    return {}


def pages_shown(evidence: Sequence[Evidence]) -> dict[str, Picture]:
    """The first few pictures that evidence brings along, each once, by the id of the evidence."""
    found: dict[str, Picture] = {}
    for item in evidence:
        if item.picture is not None and item.picture not in found.values():
            found[item.id] = item.picture
    return dict(list(found.items())[:MOST_PAGES])


def which_is_which(own: Sequence[Picture], brought: Mapping[str, Picture]) -> str:
    """A line that says what the pictures before the text are, in their order."""
    names = [*(["the user's"] * len(own)), *(f"what [{key}] stands on" for key in brought)]
    told = "; ".join(f"{n}: {name}" for n, name in enumerate(names, 1))
    return f"\nPictures shown: {told}"


@cache
def opening(about: Opening) -> tuple[Message, ...]:
    """What every answering prompt begins with: the rules; for short answers one given as it should be."""
    shown = [
        message
        for example in (examples(f"examples_reading_{about}") if about in _WITH_EXAMPLES else ())
        for message in (
            Message(
                role="user",
                text=render(
                    "frame_reading",
                    evidence=show_evidence(as_evidence(example["evidence"])),
                    question=example["question"],
                    task=render("task_answer"),
                ),
            ),
            Message(role="assistant", text=example["answer"]),
        )
    ]
    return (
        Message(
            role="system",
            text=render("system_seeing" if about == "seeing" else f"system_reading_{about}"),
        ),
        *shown,
    )


def read_ahead(model: ChatModel, about: Opening) -> None:
    """Let a model read `opening` into its prompt cache."""
    if isinstance(model, ReadsAhead):
        model.read_ahead(opening(about))
    else:
        model.choose([*opening(about), Message(role="user", text="?")], ("yes", "no"))


@cache
def example_words() -> frozenset[str]:
    """Words of the examples that prompts begin with."""
    texts = [m.text for kind in _WITH_EXAMPLES for m in opening(kind) if m.role != "system"]
    return frozenset(content_words(" ".join(texts)))


def as_evidence(text: str) -> list[Evidence]:
    """Text of an example in the shape of evidence; empty lines part its pieces."""
    pieces = enumerate(text.split("\n\n"), 1)
    return [Evidence(id=f"E{n}", kind="text", text=piece) for n, piece in pieces]


def shown_evidence(state: State) -> list[Evidence]:
    """The evidence that the gate put before the model; of retrieved pages, the lines it chose."""
    return [state["extracts"].get(e.id, e) for e in state["evidence"] if e.id in state["shown"]]


def calculated(evidence: Sequence[Evidence]) -> Calculation | None:
    """The calculation that was the last word, if one was: its result answers by construction.

    A single number that was put through it has not been computed and must be looked at like any other.
    """
    made = evidence[-1].calculation if evidence else None
    return made if made is not None and len(numbers(made.expression)) > 1 else None
