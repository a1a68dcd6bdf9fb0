"""Plug-ins: what other installed packages add through entry points.

    [project.entry-points."looktwice.tools"]
    weather = "my_package:weather"          # a function made with @tool, or a list of them

A plug-in that cannot be used costs itself only: a warning names it, and `looktwice doctor` lists it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Literal

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


def _load(group: Group, entry: EntryPoint, take: Callable[[object], None]) -> Plugin:
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "?"
    fault = ""
    try:
        take(entry.load())
    except Exception as error:  # somebody else's code
        fault = f"{type(error).__name__}: {error}"
        log.warning("%s: the plug-in %s (%s) is not used: %s", group, entry.name, package, fault)
    return Plugin(group, entry.name, package, fault)
