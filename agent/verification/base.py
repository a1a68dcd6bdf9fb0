"""What a check is: a question put to a draft by a program, and what it may find.

A check passes a draft, doubts it, or, for a model that only reads, replaces it where evidence and question
prove what is right. For a model that sees, a doubt is a place to look at again, never a verdict: tools
may be wrong, and the picture decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ...schema import Box, Evidence, Picture, Source
from ..forms import FACT, Form


@dataclass(frozen=True)
class Case:
    """A draft and all it is held against.

    Attributes:
        question: in words that stand alone.
        evidence: what stood before the model, in its order.
        pictures: those the question is about.
        sees: whether the model looks at the pictures itself.
        example_words: words of the prompt's own examples, which no answer should repeat.
    """

    question: str
    draft: str
    evidence: tuple[Evidence, ...] = ()
    form: Form = FACT
    pictures: tuple[Picture, ...] = ()
    sees: bool = False
    example_words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pass:
    """Nothing was found."""


@dataclass(frozen=True)
class Disagreement:
    """One thing that the draft says and a tool has otherwise.

    Attributes:
        said: the draft's words.
        instead: the tool's.
        value: of a number that was said, as `facts.numbers` gives it.
        source: the picture or page where it stands; `boxes` are in its frame.
    """

    said: str
    instead: str
    source: Source
    boxes: tuple[Box, ...] = ()
    value: str = ""


@dataclass(frozen=True)
class Doubt:
    """A reason not to believe the draft yet.

    Attributes:
        reason: a sentence for the next attempt, and for people.
        where: what to look at again.
        mild: worth another try, but nothing that an answer is declined for.
    """

    reason: str
    where: tuple[Disagreement, ...] = ()
    mild: bool = False


@dataclass(frozen=True)
class Replace:
    """What the draft should say, proved by evidence and question."""

    text: str
    reason: str


Finding: TypeAlias = Pass | Doubt | Replace
PASS = Pass()


@dataclass(frozen=True)
class Check:
    """One named check.

    Attributes:
        name: as in `checks.disabled` and in the trace.
        purpose: one line for `looktwice checks`.
        look: what it finds in a case; it calls no model and no tool.
        applies: whether a case is its business.
        when: the same for people.
        cost: what it costs, for people.
    """

    name: str
    purpose: str
    look: Callable[[Case], Finding]
    applies: Callable[[Case], bool] = lambda case: True
    when: str = "always"
    cost: str = "no model call"


def brief(case: Case) -> bool:
    """Whether the answer is one short statement."""
    return case.form.brief


def reading(case: Case) -> bool:
    """Whether a model that only reads drafted one short statement: evidence is all there is."""
    return brief(case) and not case.sees
