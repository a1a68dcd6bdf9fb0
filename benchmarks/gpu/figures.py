"""Figures of one run: each with its unit and, where there is one, what it is held against."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Figure", "draw", "write"]


@dataclass(frozen=True)
class Figure:
    """One thing that was measured.

    Attributes:
        part: what it belongs to: a model, an expert.
        what: in a few words.
        unit: "tokens/s", "s", "pages/s", "bytes" ...
        against: the same of something else, in the same unit: a plain way, a limit, an estimate.
        against_what: what that is.
    """

    part: str
    what: str
    value: float
    unit: str
    against: float | None = None
    against_what: str = ""

    @property
    def ratio(self) -> float | None:
        """The value as a share of what it is held against."""
        return self.value / self.against if self.against else None


def write(
    path: Path, about: dict[str, Any], figures: Sequence[Figure], failed: dict[str, str]
) -> None:
    """One JSON: the machine, every figure, and what could not be measured, with the reasons."""
    rows = [{**asdict(figure), "ratio": figure.ratio} for figure in figures]
    whole = {**about, "figures": rows, "not_measured": failed}
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def draw(path: Path, about: dict[str, Any], figures: Sequence[Figure]) -> None:
    """One plot: every figure that is held against something, as a share of it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Sheet

    shown = [figure for figure in figures if figure.ratio is not None][::-1]
    sheet = Sheet(figsize=(9, 1.2 + 0.4 * len(shown)), layout="constrained")
    FigureCanvasAgg(sheet)
    axes = sheet.add_subplot()
    names = [f"{f.part}: {f.what}\nagainst {f.against_what}" for f in shown]
    bars = axes.barh(names, [f.ratio or 0.0 for f in shown])
    axes.bar_label(bars, [f"{f.value:,.3g} of {f.against:,.3g} {f.unit}" for f in shown], padding=3)
    axes.axvline(1, color="grey", linewidth=0.8)
    axes.margins(x=0.4)
    axes.set(title=f"{about['device']}, {about['date']}", xlabel="share of what it is held against")
    axes.tick_params(axis="y", labelsize=8)
    sheet.savefig(path, dpi=120)
