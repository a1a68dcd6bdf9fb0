"""What the doctor found."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from .text import literal

if TYPE_CHECKING:
    from ..findings import Finding


def show_findings(findings: Iterable[Finding], console: Console, as_json: bool = False) -> None:
    """What the doctor found, each problem with the command that mends it."""
    if as_json:
        print(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for f in findings:
        mark = "[green]ok[/green]" if f.ok else "[red]mend[/red]"
        found = literal(f.found)
        if f.mend:
            found.append_text(literal(f"\n{f.mend}", "bold"))
        table.add_row(mark, literal(f.name), found)
    console.print(table)
