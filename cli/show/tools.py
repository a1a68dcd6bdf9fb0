"""The tools there are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from .text import literal

if TYPE_CHECKING:
    from ...tools.base import Tool


def show_tools(tools: Iterable[Tool], console: Console, as_json: bool = False) -> None:
    """Each tool with its arguments and what it is for."""
    if as_json:
        print(json.dumps([describe(t) for t in tools], ensure_ascii=False))
        return
    name = Column("tool", no_wrap=True)  # names are copied, so they are never cut
    table = Table(name, "arguments", "what it is for", box=None, pad_edge=False)
    for tool in tools:
        arguments = ", ".join(tool.parameters["properties"])
        table.add_row(literal(tool.name), literal(arguments), literal(tool.description))
    console.print(table)


def describe(tool: Tool) -> dict[str, object]:
    """A tool as JSON."""
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "needs_picture": tool.needs_picture,
    }
