"""Which tools a question needs, learned from examples.

Examples are picked by similarity to the question (after Few-shot by similarity / TopKNearestPR); where
the nearest agree the model is not asked at all. Arguments that must be copied out of the question are
always filled by the model, under a schema; a query that an example leaves empty is the question itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..retrieval.embeddings.text import Embedder
from ..schema import FormName, ToolCall, Value
from ..tools.base import Tool
from .similarity import ByMeaning, ByWords, Similarity
from .state import Stage

NEIGHBOURS = 6
VOTERS = 3
AGREEMENT = 0.6
"""Share of the votes a plan needs; set on 76 questions that are not among the examples."""
_SHARPNESS = 8
SET_BY_CODE = frozenset({"picture", "other", "box"})
"""Arguments the controller sets itself; a model is never asked for numbers of pixels."""


Route = tuple[tuple[str, ...], ...]


class Example(Value):
    """A question, the tool calls that serve it, and the form of its answer."""

    question: str
    stages: tuple[Stage, ...]
    form: FormName = "fact"

    @cached_property
    def route(self) -> Route:
        """The names of the tools, stage by stage."""
        return tuple(tuple(sorted(call.tool for call in stage)) for stage in self.stages)


@dataclass(frozen=True)
class Neighbour:
    example: Example
    similarity: float

    @property
    def weight(self) -> float:
        """Its vote."""
        return max(0.0, self.similarity) ** _SHARPNESS


def shipped_examples() -> list[Example]:
    """The examples in prompts/plan_examples.jsonl."""
    text = (files("looktwice.prompts") / "plan_examples.jsonl").read_text(encoding="utf-8")
    return parse_examples(text, "prompts/plan_examples.jsonl")


def parse_examples(text: str, source: str) -> list[Example]:
    """Examples from JSON lines.

    Raises:
        UsageError: naming the source and the line that does not fit.
    """
    examples = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                examples.append(Example.model_validate_json(line))
            except ValueError as error:
                raise UsageError(f"{source}, line {number}: {error}") from None
    return examples


def examples_of_tools(tools: Iterable[Tool]) -> list[Example]:
    """What tools say of themselves; a tool without examples is found by its description."""
    return [
        Example(question=question, stages=((ToolCall(tool=tool.name),),))
        for tool in tools
        for question in (tool.examples or (tool.description.splitlines()[0],))
    ]


class Planner:
    """Finds the nearest examples of a question.

    Args:
        embedder: for the questions; without one they are compared by their words.
        examples: what to learn from; those whose tools are not `known` are left out.
        known: names of the tools there are.
        cache: folder that keeps the examples' vectors; None keeps nothing.
    """

    def __init__(
        self,
        embedder: Embedder | None,
        examples: Sequence[Example],
        known: Iterable[str],
        cache: Path | None = None,
    ) -> None:
        names = set(known)
        self.examples = [e for e in examples if {t for s in e.route for t in s} <= names]
        if not self.examples:
            raise UsageError("the planner needs at least one example whose tools exist")
        questions = [e.question for e in self.examples]
        self._similarity: Similarity = (
            ByWords(questions) if embedder is None else ByMeaning(embedder, questions, cache)
        )

    def warm(self) -> None:
        """Load the embedder and the vectors of the examples now instead of at the first question."""
        self.nearest(self.examples[0].question)

    def nearest(self, question: str, count: int = NEIGHBOURS) -> list[Neighbour]:
        """The most similar examples, best first; similarity is the cosine, -1..1."""
        scores = self._similarity.to(question)
        order = sorted(range(len(scores)), key=lambda n: -scores[n])[:count]
        return [Neighbour(self.examples[n], scores[n]) for n in order]

    def demonstrations(self, tool: str, count: int = 10) -> list[Example]:
        """The same few examples of one tool every time, so that prompts begin alike.

        Half of them are those with the longest arguments, which show that whole phrases are copied;
        the others are spread over the rest.
        """
        shown = [e for e in self.examples if _argument_length(e, tool)]
        longest = sorted(shown, key=lambda e: -_argument_length(e, tool))[: count // 2]
        rest = [e for e in shown if e not in longest]
        return [*rest[:: max(1, len(rest) // (count - count // 2))][: count - count // 2], *longest]


def _argument_length(example: Example, tool: str) -> int:
    return sum(
        len(str(value).split())
        for stage in example.stages
        for call in stage
        if call.tool == tool
        for value in call.arguments.values()
        if value
    )


def vote(neighbours: Sequence[Neighbour], share: float = AGREEMENT) -> tuple[Stage, ...] | None:
    """The plan most of the nearest examples agree on, or None when they do not.

    Each votes with a high power of its similarity, so near ones outvote many far ones. Arguments are
    kept where the winners leave them empty ("all objects", "the whole picture"); what has to be copied
    out of the question is left out, to be filled.
    """
    weights: dict[Route, float] = {}
    for n in neighbours:
        weights[n.example.route] = weights.get(n.example.route, 0.0) + n.weight
    route = max(weights, key=weights.__getitem__)
    if not weights[route] or weights[route] < share * sum(weights.values()):
        return None
    winners = [n.example for n in neighbours if n.example.route == route][:VOTERS]
    return tuple(
        tuple(ToolCall(tool=call.tool, arguments=_settled(call.tool, winners)) for call in stage)
        for stage in winners[0].stages
    )


def _settled(tool: str, examples: Sequence[Example]) -> dict[str, Any]:
    """The arguments of a tool, if every example leaves them empty."""
    given = [c.arguments for e in examples for s in e.stages for c in s if c.tool == tool]
    return {} if any(any(arguments.values()) for arguments in given) else dict(given[0])


def open_arguments(tool: Tool, call: ToolCall) -> dict[str, Any]:
    """JSON schemas of the arguments of a call that still have to be filled from the question."""
    properties: dict[str, Any] = dict(tool.parameters.get("properties", {}))
    return {
        name: schema
        for name, schema in properties.items()
        if name not in SET_BY_CODE | tool.by_code and name not in call.arguments
    }


def object_schema(properties: dict[str, Any]) -> dict[str, Any]:
    """A closed JSON object with these properties, all required."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


MOST_STAGES = 2
MOST_CALLS = 3


def plan_schema(
    tools: Iterable[Tool], stages: int = MOST_STAGES, calls: int = MOST_CALLS
) -> dict[str, Any]:
    """The JSON schema of a whole plan: a list of stages of tool calls."""
    options = [
        object_schema(
            {
                "tool": {"const": tool.name},
                "arguments": object_schema(open_arguments(tool, ToolCall(tool=tool.name))),
            }
        )
        for tool in tools
    ]
    stage = {"type": "array", "items": {"anyOf": options}, "minItems": 1, "maxItems": calls}
    return object_schema({"stages": {"type": "array", "items": stage, "maxItems": stages}})


def show_example(example: Example) -> str:
    """An example as the planning prompt shows it."""
    stages = [
        [{"tool": c.tool, "arguments": c.arguments} for c in stage] for stage in example.stages
    ]
    return (
        f"Question: {example.question}\nJSON: {json.dumps({'stages': stages}, ensure_ascii=False)}"
    )


NO_PICTURE = "no_picture"


def list_tools(tools: Iterable[Tool]) -> str:
    """One line a tool: its name and the first sentence of its description."""
    return "\n".join(f"- {t.name}: {t.description.splitlines()[0]}" for t in tools)
