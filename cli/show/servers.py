"""The model servers of this machine, what their models can, and the line that uses one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from ..terminal import print_json
from .text import literal

if TYPE_CHECKING:
    from ...agent.backends.discovery import DiscoveredModel

_SHORT_CONTEXT = 8_192
"""Tokens below which a question with evidence has little room."""


def show_servers(models: Sequence[DiscoveredModel], console: Console, as_json: bool) -> None:
    """A table, those that see first, and the command to use the best."""
    if as_json:
        print_json([asdict(model) for model in models])
        return
    if not models:
        console.print(
            "No model server runs on the usual ports of this machine (Ollama, LM Studio, llama-server,"
            " vLLM, SGLang); the starter pack works without one."
        )
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("server", "model", "sees", "context", "loaded"):
        table.add_column(heading)
    ordered = sorted(models, key=lambda m: (not m.sees_images, not m.loaded))
    for model in ordered:
        context = f"{model.context_tokens:,}" if model.context_tokens else "not said"
        table.add_row(
            literal(model.server),
            literal(model.name),
            _word(model.sees_images),
            context,
            _word(model.loaded),
        )
    console.print(table)
    best = ordered[0]
    console.print(literal(f"Use one: looktwice ask QUESTION FILE --model {best.setting}"))
    if not best.sees_images:
        console.print("None of them is known to see pictures; it would read what the tools read.")
    if best.context_tokens and best.context_tokens < _SHORT_CONTEXT:
        console.print(_longer(best))


def _longer(model: DiscoveredModel) -> str:
    how = "OLLAMA_CONTEXT_LENGTH=16384" if model.server == "ollama" else "its own settings"
    return f"Its context of {model.context_tokens:,} tokens is short; start the server with {how} for more."


def _word(known: bool | None) -> str:
    return "not said" if known is None else "yes" if known else "no"
