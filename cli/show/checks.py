"""The checks there are."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from .text import literal

if TYPE_CHECKING:
    from ...agent.verification.base import Check


def show_checks(
    checks: Iterable[Check], switched_on: Collection[str], console: Console, as_json: bool = False
) -> None:
    """Each check with what it is for; one that is off says so."""
    if as_json:
        listed = [
            {
                "name": check.name,
                "purpose": check.purpose,
                "when": check.when,
                "cost": check.cost,
                "on": check.name in switched_on,
            }
            for check in checks
        ]
        print(json.dumps(listed, ensure_ascii=False))
        return
    name = Column("check", no_wrap=True)
    table = Table(name, "what it looks for", "when", "cost", box=None, pad_edge=False)
    for check in checks:
        off = "" if check.name in switched_on else " (off)"
        table.add_row(*map(literal, (check.name + off, check.purpose, check.when, check.cost)))
    console.print(table)
