from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.control import Control
from looktwice.errors import (
    BadInput,
    Cancelled,
    DeadlinePassed,
    OfflineError,
    ToolError,
)
from looktwice.media.store import Store
from looktwice.schema import Evidence, Picture, Source, ToolCall, ToolResult
from looktwice.tools.base import (
    MAX_TEXT,
    Context,
    ResultCache,
    Tool,
    fingerprint,
    run_tool,
    tool,
)
from looktwice.tools.docstring import split_docstring
from pydantic import BaseModel


def a_picture(letter: str) -> Picture:
    return Picture(sha256=letter * 64, width=10, height=10, format="PNG", name=f"{letter}.png")


A, B = a_picture("a"), a_picture("b")


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context((A, B), Store(tmp_path / "store"), Control())


def run(target: Tool, context: Context, timeout: float = 30, **arguments: Any) -> ToolResult:
    return run_tool(
        target, ToolCall(id="c1", tool=target.name, arguments=arguments), context, timeout
    )


def returning(value: Any) -> Tool:
    @tool
    def thing() -> Any:
        """A thing."""
        return value

    return thing


def failing(error: BaseException) -> Tool:
    @tool
    def thing() -> str:
        """A thing."""
        raise error

    return thing


@tool(name="paint", timeout=5, examples=["Paint it"], cache=True)
def colour_of(
    picture: Picture,
    context: Context,
    where: Literal["left", "right"],
    times: int = 2,
    labels: Sequence[str] = (),
) -> str:
    """Says a colour.

    In two lines.

    Args:
        picture: What to look at.
        where: The side, described
            over two lines.
        times: How often.
        labels: Some words.

    Returns:
        Words.
    """
    return f"{picture.name} {where} {times} {list(labels)} {len(context.pictures)}"


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


class Weather(BaseModel):
    town: str
    degrees: float


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("It is noon.", "It is noon."),
        (42, "thing: 42"),
        (2.5, "thing: 2.5"),
        (True, "thing: true"),
        ({"a": [1, "é"]}, 'thing: {"a": [1, "é"]}'),
        ([1, 2], "thing: [1, 2]"),
        (Weather(town="Bern", degrees=3), 'thing: {"town": "Bern", "degrees": 3.0}'),
        ([Weather(town="Bern", degrees=3)], 'thing: [{"town": "Bern", "degrees": 3.0}]'),
        ([], "thing: nothing found"),
        ("  ", "thing: an empty text"),
        ("\ud800", "?"),
    ],
)
def test_plain_values_become_evidence(context: Context, value: Any, text: str) -> None:
    (evidence,) = run(returning(value), context).evidence
    assert (evidence.kind, evidence.text) == ("value", text)


def test_evidence_is_kept_and_marked_with_the_call(context: Context) -> None:
    given = [Evidence(kind="objects", text="1 cat"), Evidence(kind="objects", text="2 dogs")]
    evidence = run(returning(given), context).evidence
    assert [(e.text, e.call) for e in evidence] == [("1 cat", "c1"), ("2 dogs", "c1")]


def numbers() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize(
    "value",
    [None, numbers(), sys, object(), {1: object()}, [Evidence(kind="value", text="x"), 3], b"x"],
    ids=["none", "generator", "module", "object", "dict", "mixed", "bytes"],
)
def test_nonsense_is_a_failure_that_says_what_came(context: Context, value: Any) -> None:
    error = run(returning(value), context).error
    assert error is not None
    assert error.kind == "failed"
    assert "returned" in error.message


def test_a_value_that_holds_itself_is_a_failure(context: Context) -> None:
    ring: list[Any] = []
    ring.append(ring)
    error = run(returning(ring), context).error
    assert error is not None
    assert error.kind == "failed"


def test_long_text_is_cut_with_a_note(context: Context) -> None:
    (evidence,) = run(returning("x" * (MAX_TEXT + 5)), context).evidence
    assert evidence.text.startswith("x" * MAX_TEXT)
    assert f"{MAX_TEXT} of {MAX_TEXT + 5} characters" in evidence.text


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ToolError("no such town", "not_found"), "not_found"),
        (BadInput("x.png", "is broken"), "bad_arguments"),
        (OfflineError("no weights"), "unavailable"),
        (DeadlinePassed("over"), "timeout"),
        (ZeroDivisionError("oh"), "failed"),
        (SystemExit(3), "failed"),
        (MemoryError(), "failed"),
    ],
)
def test_what_a_tool_raises_becomes_data(context: Context, error: BaseException, kind: str) -> None:
    failure = run(failing(error), context).error
    assert failure is not None
    assert failure.kind == kind
    assert "Traceback" not in failure.message
    if kind == "failed":
        assert type(error).__name__ in failure.message


def hanging() -> tuple[Tool, threading.Event, threading.Event]:
    started, release = threading.Event(), threading.Event()

    @tool
    def hang() -> str:
        """Hangs."""
        started.set()
        release.wait(60)
        return "late"

    return hang, started, release


def test_a_tool_that_hangs_is_left_alone(context: Context) -> None:
    hang, started, release = hanging()
    result = run(hang, context, timeout=0.05)
    assert result.error is not None
    assert result.error.kind == "timeout"
    assert "0.05 seconds" in result.error.message
    assert started.wait(10)
    release.set()


def test_the_tools_own_limit_and_the_runs_clock_shorten_the_wait(tmp_path: Path) -> None:
    hang, _, release = hanging()
    short = tool(name="hang", timeout=0.05)(hang.function)
    context = Context((), Store(tmp_path), Control())
    late = Context((), Store(tmp_path), Control(seconds=0.05))
    for target, where in ((short, context), (hang, late)):
        error = run(target, where, timeout=60).error
        assert error is not None
        assert error.kind == "timeout"
    release.set()


def test_cancelling_ends_the_wait_at_once(context: Context) -> None:
    hang, started, release = hanging()

    def cancel() -> None:
        started.wait(10)
        context.control.cancel()

    threading.Thread(target=cancel, daemon=True).start()
    with pytest.raises(Cancelled):
        run(hang, context, timeout=60)
    release.set()


def counting() -> tuple[Tool, list[int]]:
    calls: list[int] = []

    @tool(cache=True)
    def count(picture: Picture, word: str = "x") -> str:
        """Counts its calls.

        Args:
            picture: Anything.
            word: Anything.
        """
        calls.append(1)
        return f"{word} in {picture.name}"

    return count, calls


def test_the_same_call_on_the_same_picture_is_answered_from_the_record(context: Context) -> None:
    count, calls = counting()
    cache = ResultCache()
    first = run_tool(count, ToolCall(id="1", tool="count"), context, 30, cache)
    turned = Context((B, A), context.store, context.control)
    call = ToolCall(id="2", tool="count", arguments={"picture": 2, "word": "x"})
    second = run_tool(count, call, turned, 30, cache)
    assert len(calls) == 1
    assert (first.cached, second.cached) == (False, True)
    assert first.evidence[0].text == "picture 1: x in a.png"
    assert second.evidence[0].text == "picture 2: x in a.png"
    assert second.evidence[0].call == "2"
    run_tool(count, ToolCall(tool="count", arguments={"word": "y"}), context, 30, cache)
    run_tool(count, ToolCall(tool="count", arguments={"picture": 2}), context, 30, cache)
    assert len(calls) == 3


def test_failures_and_tools_that_do_not_allow_it_are_not_kept(context: Context) -> None:
    cache = ResultCache()
    broken = tool(cache=True)(failing(ToolError("x")).function)
    for target in (broken, returning("now")):
        run_tool(target, ToolCall(tool="thing"), context, 30, cache)
        assert not run_tool(target, ToolCall(tool="thing"), context, 30, cache).cached
    assert len(cache) == 0


def test_the_record_forgets_what_was_not_used_for_longest() -> None:
    cache = ResultCache(size=2)
    cache.put("a", ())
    cache.put("b", ())
    assert cache.get("a") == ()
    cache.put("c", ())
    assert cache.get("b") is None
    assert cache.get("a") == ()


def test_fingerprints_do_not_depend_on_how_a_call_is_written(context: Context) -> None:
    def of(**arguments: Any) -> str:
        return fingerprint(colour_of, ToolCall(tool="paint", arguments=arguments), context)

    assert of(where="left") == of(times=2, picture=1, where="left", labels=[])
    assert of(where="left") != of(where="right")
    assert of(where="left") != of(where="left", picture=2)
    assert of(nonsense=1) == of(nonsense=1) != of(nonsense=2)


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


def test_docstrings_in_several_styles() -> None:
    text = "Does it.\n\nArgs:\n    a (int): One: more.\n    b: Two\n        goes on.\n\nRaises:\n    X: no."
    assert split_docstring(text) == ("Does it.", {"a": "One: more.", "b": "Two goes on."})
    assert split_docstring("") == ("", {})
