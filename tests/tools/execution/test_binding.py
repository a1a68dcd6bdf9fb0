"""Arguments of a model become those of the function, or say what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.control import Control
from looktwice.media.store import Store
from looktwice.schema import Picture, Source, ToolCall
from looktwice.tools.base import tool
from looktwice.tools.context import Context
from looktwice.tools.execution.cache import fingerprint
from looktwice.tools.execution.run import run_tool

from ..kit import A, B, colour_of, run


def test_arguments_reach_the_function(context: Context) -> None:
    result = run(colour_of, context, picture=2, where="right", labels=["x"])
    assert result.error is None
    (evidence,) = result.evidence
    assert evidence.text == "picture 2: b.png right 2 ['x'] 2"
    assert evidence.kind == "value"
    assert evidence.call == "c1"
    assert evidence.source == Source(picture=B.sha256, name="b.png")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "'where' is missing"),
        ({"where": "up"}, "'left' or 'right'"),
        ({"where": "left", "colour": 1}, "unknown argument 'colour', expected only: picture"),
        ({"where": "left", "times": "many"}, "got 'many' (str)"),
        ({"where": "left", "labels": "x"}, "labels"),
        ({"where": "left", "picture": 3}, "expected a picture number 1 to 2, got 3"),
        ({"where": "left", "picture": 0}, "got 0"),
    ],
)
def test_wrong_arguments_are_told_with_expected_and_actual(
    context: Context, arguments: dict[str, Any], words: str
) -> None:
    result = run(colour_of, context, **arguments)
    assert result.evidence == ()
    assert result.error is not None
    assert result.error.kind == "bad_arguments"
    assert words in result.error.message


def test_without_pictures_a_picture_tool_says_so(tmp_path: Path) -> None:
    empty = Context((), Store(tmp_path), Control())
    error = run(colour_of, empty, where="left").error
    assert error is not None
    assert (error.kind, "no picture" in error.message) == ("bad_arguments", True)


def test_an_optional_picture_may_be_left_out(tmp_path: Path) -> None:
    @tool
    def thing(picture: Picture | None = None) -> str:
        """A thing."""
        return picture.name if picture else "none"

    assert not thing.needs_picture
    context = Context((A,), Store(tmp_path), Control())
    assert run(thing, context).evidence[0].text == "none"
    assert run(thing, context, picture=1).evidence[0].text == "picture 1: a.png"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
any_arguments = st.dictionaries(
    st.sampled_from(["picture", "where", "times", "labels"]) | st.text(max_size=5),
    json_values,
    max_size=4,
)


@given(arguments=any_arguments)
def test_no_arguments_break_anything(arguments: dict[str, Any]) -> None:
    context = Context((A, B), Store(Path("unused")), Control())
    call = ToolCall(tool="paint", arguments=arguments)
    result = run_tool(colour_of, call, context, 30)
    assert (result.error is None) == bool(result.evidence)
    assert result.error is None or result.error.kind == "bad_arguments"
    assert len(fingerprint(colour_of, call, context)) == 64
