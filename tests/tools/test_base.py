"""A function is a tool by its hints and its docstring, or is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from looktwice.schema import Picture
from looktwice.tools.base import tool
from looktwice.tools.context import Context
from pydantic import BaseModel

from .kit import A, colour_of, run


def test_a_tool_is_described_by_its_hints_and_docstring() -> None:
    assert colour_of.name == "paint"
    assert colour_of.description == "Says a colour. In two lines."
    assert colour_of.needs_picture
    assert colour_of.examples == ("Paint it",)
    assert colour_of.parameters == {
        "type": "object",
        "additionalProperties": False,
        "required": ["where"],
        "properties": {
            "picture": {
                "type": "integer",
                "default": 1,
                "description": "What to look at: number of the picture, 1 is the first",
            },
            "where": {
                "type": "string",
                "enum": ["left", "right"],
                "description": "The side, described over two lines.",
            },
            "times": {"type": "integer", "default": 2, "description": "How often."},
            "labels": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Some words.",
            },
        },
    }


def test_calling_a_tool_calls_its_function(context: Context) -> None:
    assert colour_of(A, context, "left") == "a.png left 2 [] 2"


def test_a_tool_has_words_for_people() -> None:
    @tool(title="Asking the oracle", done="asked the oracle")
    def ask_oracle() -> str:
        """Ask."""
        return "no"

    @tool
    def price_of() -> str:
        """Price."""
        return "1"

    assert (ask_oracle.title, ask_oracle.done) == ("Asking the oracle", "asked the oracle")
    assert (price_of.title, price_of.done) == ("Price of", "asked price_of")


def test_arguments_may_be_named_like_methods_of_a_model(context: Context) -> None:
    @tool
    def thing(json: str, copy: int, _x: int = 1) -> str:
        """A thing.

        Args:
            json: One.
            copy: Two.
            _x: Three.
        """
        return f"{json}{copy}{_x}"

    assert list(thing.parameters["properties"]) == ["json", "copy", "_x"]
    assert run(thing, context, json="a", copy=2, _x=3).evidence[0].text == "a23"


def test_nested_models_are_written_out_in_the_schema() -> None:
    class Point(BaseModel):
        x: int
        y: int

    def thing(points: list[Point]) -> str:
        """A thing.

        Args:
            points: Where.
        """
        return str(points[0].x)

    thing.__annotations__["points"] = list[Point]
    schema = tool(thing).parameters
    assert "$defs" not in schema
    assert set(schema["properties"]["points"]["items"]["properties"]) == {"x", "y"}


def no_docstring(a: int) -> str:
    return ""


def no_description(a: int) -> str:
    """A thing."""
    return ""


def no_hint(a) -> str:  # type: ignore[no-untyped-def]
    """A thing.

    Args:
        a: One.
    """
    return ""


def ghost(a: int) -> str:
    """A thing.

    Args:
        a: One.
        b: Nowhere.
    """
    return ""


def stars(*a: int) -> str:
    """A thing.

    Args:
        a: One.
    """
    return ""


def many_pictures(a: list[Picture]) -> str:
    """A thing.

    Args:
        a: One.
    """
    return ""


def no_json(a: threading.Event) -> str:
    """A thing.

    Args:
        a: One.
    """
    return ""


async def later(a: int) -> str:
    """A thing.

    Args:
        a: One.
    """
    return ""


@pytest.mark.parametrize(
    "function",
    [no_docstring, no_description, no_hint, ghost, stars, many_pictures, no_json, later],
)
def test_a_tool_that_cannot_be_described_is_refused_at_definition(
    function: Callable[..., Any],
) -> None:
    with pytest.raises(TypeError, match=function.__name__):
        tool(function)
