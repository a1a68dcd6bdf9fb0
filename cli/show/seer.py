"""How the figures of `looktwice eval seer` look in a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from ...evals.report import percent
from ...evals.seer.measures import Measures
from .text import literal

_REASONS = 20


def show_measures(found: Measures, folder: Path, console: Console) -> None:
    """Harm, help and cost by form and by sort of picture; why right drafts were lost."""
    table = Table(
        "", "questions", "right drafts", "lost", "survive", "wrong", "mended", "read", "mended",
        "unanswerable", "declined", "passes", "median", "calls", "tokens", box=None,
    )  # fmt: skip
    for row in found.rows:
        table.add_row(
            literal(row.name),
            *(str(n or "") for n in (row.count, row.right, row.lost)),
            percent(row.survival),
            *(
                str(n or "")
                for n in (
                    row.wrong, row.mended, row.wrong_read, row.mended_read, row.unanswerable,
                    row.declined,
                )
            ),
            f"{row.passes:.2f}",
            f"{row.passes_median:g}",
            f"{row.calls:.1f}",
            f"{row.prompt_tokens:.0f}",
        )  # fmt: skip
    console.print(table)
    if found.reasons:
        console.print()
        why = Table("lost", "why a right draft was lost", "forms", box=None)
        for words, count, forms in found.reasons[:_REASONS]:
            why.add_row(str(count), literal(words), literal(", ".join(forms), "dim"))
        console.print(why)
    console.print(literal(f"every case: {folder / 'seer.json'}", "dim"))
