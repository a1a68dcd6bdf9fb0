"""How cost grows, drawn: the median of each size, and the band between the 10th and 90th percentile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .measure import Measurement

__all__ = ["draw", "grows"]

_MARGIN = 1.3


def grows(measured: Sequence[Measurement]) -> list[Measurement]:
    """Those that differ in size, smallest first; none where there are no two."""
    sized = sorted((m for m in measured if m.size is not None), key=lambda m: m.size or 0)
    return sized if len({m.size for m in sized}) > 1 else []


def draw(name: str, measured: Sequence[Measurement], path: Path) -> None:
    """Write a PNG of one benchmark's measurements by size, sizes on a logarithmic axis."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sizes = [m.size or 0.0 for m in measured]
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    low, high = [m.spread[0] for m in measured], [m.spread[1] for m in measured]
    axes.fill_between(sizes, low, high, alpha=0.2)
    axes.plot(sizes, [m.median for m in measured], marker="o", label="median")
    promised = [m for m in measured if m.target is not None]
    at, most = [m.size or 0.0 for m in promised], [m.target or 0.0 for m in promised]
    axes.plot(at, most, "_", markersize=20, color="firebrick", label="target")
    tops = [max(m.spread[1], m.target or 0.0) for m in measured]
    axes.set(xscale="log", ylim=(0, _MARGIN * max(tops)), title=name)
    axes.set(xlabel=measured[0].what.replace(f"{measured[0].size:,}", "so many"))
    axes.set(ylabel="bytes" if measured[0].unit == "bytes" else "seconds")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)
