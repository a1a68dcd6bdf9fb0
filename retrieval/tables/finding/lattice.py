"""Cells that rules enclose, by pdfplumber's finder: it joins rules, crosses them, and closes cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...pages import XYXY
from .layout import HRule, Layout, VRule

__all__ = ["joined_rules", "ruled_cells"]

_SNAP = 3.0
"""Points within which rules are one."""
_CROSS = 3.0
_CROSSINGS = 6000
"""More is a drawing or a map; the finder's time grows with their square."""
_SHORT = 4.0


def joined_rules(layout: Layout, unit: float) -> tuple[list[HRule], list[VRule]]:
    """Rules with their pieces and doubles joined.

    Args:
        layout: the page.
        unit: of its lengths in one point.
    """
    from pdfplumber.table import merge_edges

    edges = [_edge("h", r.x1, r.y, r.x2, r.y) for r in layout.across if r.x2 - r.x1 > 0.5 * unit]
    edges += [_edge("v", r.x, r.y1, r.x, r.y2) for r in layout.down if r.y2 - r.y1 > 0.5 * unit]
    snap = _SNAP * unit
    merged = merge_edges(edges, snap, snap, snap, snap) if edges else []
    across = [
        HRule(e["top"], e["x0"], e["x1"])
        for e in merged
        if e["orientation"] == "h" and e["x1"] - e["x0"] > _SHORT * unit
    ]
    down = [
        VRule(e["x0"], e["top"], e["bottom"])
        for e in merged
        if e["orientation"] == "v" and e["bottom"] - e["top"] > _SHORT * unit
    ]
    return across, down


def ruled_cells(across: Sequence[HRule], down: Sequence[VRule], unit: float) -> list[list[XYXY]]:
    """The cells that rules enclose, by table; a table has two or more."""
    from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells

    edges = [_edge("h", r.x1, r.y, r.x2, r.y) for r in across]
    edges += [_edge("v", r.x, r.y1, r.x, r.y2) for r in down]
    crossings = edges_to_intersections(edges, _CROSS * unit, _CROSS * unit)
    if not crossings or len(crossings) > _CROSSINGS:
        return []
    return [list(table) for table in cells_to_tables(intersections_to_cells(crossings))]


def _edge(orientation: str, x0: float, top: float, x1: float, bottom: float) -> dict[str, Any]:
    return {
        "orientation": orientation, "x0": x0, "x1": x1, "top": top, "bottom": bottom,
        "width": x1 - x0, "height": bottom - top, "object_type": "line",
    }  # fmt: skip
