"""The drawing of the controller's graph, made from the graph that runs."""

from __future__ import annotations

from html import escape

from ...agent.graph import build_graph

WIDTH, HEIGHT, GAP = 96, 40, 36
MIDDLE = 150
STEP = 26
"""How much higher or lower an arrow runs for each node it passes."""


def edges() -> list[tuple[str, str]]:
    """What may follow what, without the marks for start and end."""
    drawn = build_graph().get_graph()
    marks = {"__start__", "__end__"}
    return [(e.source, e.target) for e in drawn.edges if not {e.source, e.target} & marks]


def order() -> list[str]:
    """The nodes as a run meets them when nothing is looked at again."""
    return [name for name in build_graph().get_graph().nodes if not name.startswith("__")]


def drawing() -> str:
    """Nodes in a row; arrows ahead above them, arrows back below them."""
    names, ways = order(), edges()
    place = {name: 20 + number * (WIDTH + GAP) for number, name in enumerate(names)}
    arrows = [_arrow(place[a], place[b], names.index(b) - names.index(a)) for a, b in ways]
    boxes = [_box(name, x) for name, x in place.items()]
    width = 40 + len(names) * (WIDTH + GAP) - GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {2 * MIDDLE + HEIGHT}"'
            ' font-family="sans-serif" font-size="15">',
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
            ' markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#888"/></marker></defs>',
            *arrows,
            *boxes,
            "</svg>",
        ]
    )


def _box(name: str, x: int) -> str:
    middle = f'x="{x + WIDTH // 2}" y="{MIDDLE + HEIGHT // 2 + 5}"'
    return (
        f'<rect x="{x}" y="{MIDDLE}" width="{WIDTH}" height="{HEIGHT}" rx="8"'
        ' fill="#e8eaf6" stroke="#3f51b5"/>'
        f'<text {middle} text-anchor="middle" fill="#1a237e">{escape(name)}</text>'
    )


def _arrow(start: int, end: int, steps: int) -> str:
    """A straight arrow to the neighbour, else an arc as high as it is long."""
    if steps == 1:
        y = MIDDLE + HEIGHT // 2
        return _path(f"M{start + WIDTH} {y}H{end}")
    here, there = start + WIDTH * 2 // 3, end + WIDTH // 3
    if steps > 1:
        top = MIDDLE - STEP * steps
        return _path(f"M{here} {MIDDLE}C{here} {top} {there} {top} {there} {MIDDLE}")
    low, foot = MIDDLE + HEIGHT + STEP * -steps, MIDDLE + HEIGHT
    return _path(f"M{here} {foot}C{here} {low + STEP} {there} {low + STEP} {there} {foot}")


def _path(shape: str) -> str:
    return (
        f'<path d="{shape}" fill="none" stroke="#888" stroke-width="1.5" marker-end="url(#head)"/>'
    )
