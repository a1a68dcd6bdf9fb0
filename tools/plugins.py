"""Tools that installed packages bring: entry points `looktwice.tools`."""

from __future__ import annotations

from functools import cache

from ..extensions.plugins import Plugin, named_plugins
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
    return named_plugins("looktwice.tools", Tool, "a tool made with @tool", "tool", _OWN)
