"""Chat models that see, and which of them this machine has room for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from .text import literal

if TYPE_CHECKING:
    from ...weights.choices import ChatOption


def show_choices(
    options: Sequence[ChatOption], explained: str, console: Console, as_json: bool = False
) -> None:
    """What each costs and whether it fits; the one to take is marked."""
    if as_json:
        print(json.dumps({"why": explained, "models": [asdict(o) for o in options]}))
        return
    short = [Column(name, no_wrap=True) for name in ("model", "download", "memory", "fits")]
    table = Table(*short, "licence", "state", box=None, pad_edge=False)
    for option in options:
        mark = "yes, take this" if option.recommended else "yes" if option.fits else "no"
        download = f"{option.download / 1e9:.1f} GB" if option.download else ""
        memory = f"{option.memory / 1e9:.1f} GB {option.where}"
        style = "bold green" if option.recommended else "" if option.fits else "dim"
        cells = (option.name, download, memory, mark, option.licence, option.status)
        table.add_row(*(literal(cell, style) for cell in cells))
    console.print(table)
    console.print(literal(explained))
