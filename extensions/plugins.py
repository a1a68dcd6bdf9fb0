"""Plug-ins: what other installed packages add through entry points.

    [project.entry-points."looktwice.tools"]
    weather = "my_package:weather"          # a function made with @tool, or a list of them

A plug-in that cannot be used costs itself only: a warning names it, and `looktwice doctor` lists it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Literal, Protocol, TypeVar

from ..errors import UsageError

Group = Literal["looktwice.tools", "looktwice.checks", "looktwice.loaders"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plugin:
    """One entry point that was looked at.

    Attributes:
        package: the distribution it comes with, and its version.
        fault: why it is not used; "" when all is well.
    """

    group: Group
    name: str
    package: str
    fault: str = ""


def load_plugins(group: Group, take: Callable[[object], None]) -> list[Plugin]:
    """Hand what each plug-in of a group brings to `take`, which refuses it by raising.

    Returns:
        What was found, in the order of their names; those that failed say why.
    """
    entries = sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value))
    return [_load(group, entry, take) for entry in entries]


class Named(Protocol):
    """What is known by a name that nothing else may have."""

    @property
    def name(self) -> str:
        """Its name."""
        ...


N = TypeVar("N", bound=Named)


def named_plugins(
    group: Group, kind: type[N], expected: str, noun: str, taken: Collection[str]
) -> tuple[tuple[N, ...], tuple[Plugin, ...]]:
    """What all plug-ins of a group bring, each name once, and the plug-ins, broken ones among them.

    Args:
        expected: what `kind` is called for people: "a tool made with @tool".
        noun: what one is called: "tool".
        taken: names that no plug-in can take.
    """
    brought: dict[str, N] = {}

    def take(value: object) -> None:
        new: dict[str, N] = {}
        for item in value if isinstance(value, list | tuple) else [value]:
            if not isinstance(item, kind):
                raise UsageError(f"expected {expected}, got a {type(item).__name__}")
            if item.name in taken or item.name in brought or item.name in new:
                raise UsageError(f"there is a {noun} {item.name!r} already")
            new[item.name] = item
        brought.update(new)

    plugins = load_plugins(group, take)
    return tuple(brought.values()), tuple(plugins)


def _load(group: Group, entry: EntryPoint, take: Callable[[object], None]) -> Plugin:
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "?"
    fault = ""
    try:
        take(entry.load())
    except Exception as error:  # somebody else's code
        fault = f"{type(error).__name__}: {error}"
        log.warning("%s: the plug-in %s (%s) is not used: %s", group, entry.name, package, fault)
    return Plugin(group, entry.name, package, fault)
