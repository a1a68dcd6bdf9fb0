"""Tools that installed packages bring: entry points `looktwice.tools`."""

from __future__ import annotations

from functools import cache

from ..errors import UsageError
from ..extensions.plugins import Plugin, load_plugins
from .base import Tool
from .documents.search import SEARCH_TOOLS

_OWN = ("detect", "read", "look", "calculate", *SEARCH_TOOLS)
"""Names that no plug-in can take, whether or not what these tools need is installed."""


def plugin_tools() -> tuple[Tool, ...]:
    """The tools of all plug-ins that work."""
    return _loaded()[0]


def plugged_in() -> tuple[Plugin, ...]:
    """The plug-ins that bring tools, the broken ones among them."""
    return _loaded()[1]


@cache
def _loaded() -> tuple[tuple[Tool, ...], tuple[Plugin, ...]]:
    brought: dict[str, Tool] = {}

    def take(value: object) -> None:
        items = value if isinstance(value, list | tuple) else [value]
        new: dict[str, Tool] = {}
        for item in items:
            if not isinstance(item, Tool):
                raise UsageError(f"expected a tool made with @tool, got a {type(item).__name__}")
            if item.name in _OWN or item.name in brought or item.name in new:
                raise UsageError(f"there is a tool {item.name!r} already")
            new[item.name] = item
        brought.update(new)

    plugins = load_plugins("looktwice.tools", take)
    return tuple(brought.values()), tuple(plugins)
