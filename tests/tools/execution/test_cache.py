"""The same question about the same pictures is answered once."""

from __future__ import annotations

from typing import Any

from looktwice.errors import (
    ToolError,
)
from looktwice.schema import Picture, ToolCall
from looktwice.tools.base import Tool, tool
from looktwice.tools.context import Context
from looktwice.tools.execution.cache import ResultCache, fingerprint
from looktwice.tools.execution.run import run_tool

from ..kit import A, B, colour_of, failing, returning


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
