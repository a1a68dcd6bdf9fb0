"""The weights there are, and their state."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from .text import literal

if TYPE_CHECKING:
    from ...weights.state import WeightState


def show_weights(states: Iterable[WeightState], console: Console, as_json: bool = False) -> None:
    """Every weight: pack, size, licence, state."""
    if as_json:
        print(json.dumps([asdict(s) for s in states], ensure_ascii=False, default=str))
        return
    short = [Column(name, no_wrap=True) for name in ("weight", "state", "size")]
    table = Table(*short, "pack", "licence", "what it does", box=None, pad_edge=False)
    colour = {"verified": "green", "present": "yellow", "missing": "dim", "damaged": "red"}
    for s in states:
        size = "" if s.size is None else f"{s.size / 1e6:,.0f} MB"
        state = literal(s.status, colour[s.status]).append_text(literal(f" {s.detail}"))
        words = (size, ", ".join(s.packs), s.licence, s.purpose)
        table.add_row(literal(s.name), state, *map(literal, words))
    console.print(table)
