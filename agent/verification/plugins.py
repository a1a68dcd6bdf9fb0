"""Checks that installed packages bring: entry points `looktwice.checks`."""

from __future__ import annotations

from functools import cache

from ...errors import UsageError
from ...extensions.plugins import Plugin, load_plugins
from .base import Check


def plugin_checks(own: frozenset[str]) -> tuple[Check, ...]:
    """The checks of all plug-ins that work.

    Args:
        own: names of the program's checks, which no plug-in can take.
    """
    return _loaded(own)[0]


def plugged_in(own: frozenset[str]) -> tuple[Plugin, ...]:
    """The plug-ins that bring checks, the broken ones among them."""
    return _loaded(own)[1]


@cache
def _loaded(own: frozenset[str]) -> tuple[tuple[Check, ...], tuple[Plugin, ...]]:
    brought: dict[str, Check] = {}

    def take(value: object) -> None:
        items = value if isinstance(value, list | tuple) else [value]
        new: dict[str, Check] = {}
        for item in items:
            if not isinstance(item, Check):
                raise UsageError(f"expected a Check, got a {type(item).__name__}")
            if item.name in own or item.name in brought or item.name in new:
                raise UsageError(f"there is a check {item.name!r} already")
            new[item.name] = item
        brought.update(new)

    plugins = load_plugins("looktwice.checks", take)
    return tuple(brought.values()), tuple(plugins)
