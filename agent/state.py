"""The graph's state and its reducers.

Everything here is plain, immutable and small (pictures by reference), so a session's checkpoints stay
small. Channels marked `appended` grow while one question is worked on; writing `None` empties them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, TypedDict, TypeVar

from pydantic import Field

from ..schema import (
    Answer,
    Citation,
    Evidence,
    FormName,
    Picture,
    Status,
    Step,
    StopReason,
    ToolCall,
    ToolResult,
    Value,
)

T = TypeVar("T")
Stage = tuple[ToolCall, ...]


def appended(old: tuple[T, ...], new: tuple[T, ...] | None) -> tuple[T, ...]:
    """A reducer that adds to what is there; None starts afresh."""
    return () if new is None else (*old, *new)


class Turn(Value):
    """What a session remembers of one question."""

    question: str
    answer: str
    status: Status
    pictures: tuple[Picture, ...] = ()


class Verdict(Value):
    """What the check thinks of a draft; feedback has two fields (after DRESS: critique, refinement).

    open: what could not be settled, as sentences for people.
    """

    outcome: Literal["accept", "revise", "look_again", "decline"]
    critique: str = ""
    refinement: str = ""
    confidence: float = Field(default=0.0, ge=0, le=1)
    citations: tuple[Citation, ...] = ()
    open: tuple[str, ...] = ()


Operation = Literal["none", "table", "sum", "mean", "greatest", "least"]


class Gathering(Value):
    """What has to be read from each picture, and what is done with it.

    Attributes:
        field: the one that is summed or compared.
    """

    operation: Operation
    field: str = ""
    fields: tuple[str, ...] = ()


class State(TypedDict, total=False):
    """One question on its way through the graph.

    pictures: what the question may be about, numbered from 1 in every prompt and tool call.
    standalone_question: the question in words that need no conversation.
    target_pictures: numbers of the pictures it is about (all, unless it names some).
    documents: names of those it names; the others are left alone.
    form: what kind of answer is asked for.
    stages: tool calls still to make; those of one stage run side by side.
    looked: whether tools were wanted at all.
    shown: ids of the evidence that stands before the model.
    enough: those of `shown` that were found to be enough; the draft's prompt begins as that of the gate.
    extracts: what of retrieved pages stands there instead of the whole, by id.
    rows: of a table that the program put together, as values.
    pages_seen: pictures (SHA-256) of pages that a model which sees was shown before.
    gathering: what has to be read from each of several pictures, where the question needs that.
    opened: whether parts of the pictures were looked for and opened.
    answerable: probability that the shown evidence answers the question.
    revised: whether the draft is a second try over the same evidence.
    answer: what finish made of it all; the run's result.
    """

    question: str
    given: tuple[Picture, ...]
    turns: Annotated[tuple[Turn, ...], appended]
    standalone_question: str
    pictures: tuple[Picture, ...]
    target_pictures: tuple[int, ...]
    documents: tuple[str, ...]
    form: FormName
    stages: tuple[Stage, ...]
    looked: bool
    results: Annotated[tuple[ToolResult, ...], appended]
    evidence: Annotated[tuple[Evidence, ...], appended]
    steps: Annotated[tuple[Step, ...], appended]
    shown: tuple[str, ...]
    enough: tuple[str, ...]
    extracts: dict[str, Evidence]
    rows: tuple[tuple[str, ...], ...]
    pages_seen: tuple[str, ...]
    gathering: Gathering | None
    opened: bool
    answerable: float
    draft: str
    verdict: Verdict | None
    revised: bool
    round: int
    stop: StopReason | None
    problem: str
    answer: Answer


def fresh(question: str, given: tuple[Picture, ...]) -> State:
    """The state a question starts with; what a session remembers (`turns`) is left as it is."""
    return State(
        question=question,
        given=given,
        standalone_question=question,
        pictures=(),
        target_pictures=(),
        documents=(),
        form="fact",
        stages=(),
        looked=False,
        results=None,  # type: ignore[typeddict-item]  # None empties an appended channel
        evidence=None,  # type: ignore[typeddict-item]
        steps=None,  # type: ignore[typeddict-item]
        shown=(),
        enough=(),
        extracts={},
        rows=(),
        pages_seen=(),
        gathering=None,
        opened=False,
        answerable=0.0,
        draft="",
        verdict=None,
        revised=False,
        round=0,
        stop=None,
        problem="",
    )


def targets(state: State) -> tuple[Picture, ...]:
    """The pictures that the question is about."""
    return tuple(p for n, p in enumerate(state["pictures"], 1) if n in state["target_pictures"])


def numbered_evidence(
    items: Iterable[Evidence], state: State, more: Sequence[Evidence] = ()
) -> tuple[Evidence, ...]:
    """Evidence with the ids that follow those of the state and of `more`."""
    first = len(state["evidence"]) + len(more) + 1
    return tuple(item.model_copy(update={"id": f"E{n}"}) for n, item in enumerate(items, first))
