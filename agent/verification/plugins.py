"""Checks that installed packages bring: entry points `looktwice.checks`."""

from __future__ import annotations

from functools import cache

from ...extensions.plugins import Plugin, named_plugins
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
    return named_plugins("looktwice.checks", Check, "a Check", "check", own)
