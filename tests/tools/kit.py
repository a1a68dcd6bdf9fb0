"""Tools for tests of tools, and pictures of no content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from looktwice.schema import Picture, ToolCall, ToolResult
from looktwice.tools.base import Tool, tool
from looktwice.tools.context import Context
from looktwice.tools.execution.run import run_tool


def a_picture(letter: str) -> Picture:
    return Picture(sha256=letter * 64, width=10, height=10, format="PNG", name=f"{letter}.png")


A, B = a_picture("a"), a_picture("b")


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
