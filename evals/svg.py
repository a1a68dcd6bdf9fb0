"""Small plots as SVG, to stand inside a page; they hold numbers only, no text from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

COLOURS = {
    "right": "#2e8b57",
    "declined": "#e0b12d",
    "wrong": "#d1495b",
    "obeyed": "#7b2d8b",
    "failed": "#555555",
}
_W, _H, _LEFT, _BOTTOM = 420, 240, 44, 34


def stacked(counts: Mapping[str, int], width: int = 220, height: int = 16) -> str:
    """Outcomes as one bar, in the order of `COLOURS`."""
    total = sum(counts.values()) or 1
    x, parts = 0.0, []
    for name, colour in COLOURS.items():
        part = counts.get(name, 0) / total * width
        if part:
            title = f"<title>{name}: {counts[name]}</title>"
            parts.append(
                f'<rect x="{x:.1f}" width="{part:.1f}" height="{height}" fill="{colour}">{title}</rect>'
            )
        x += part
    return f'<svg width="{width}" height="{height}" role="img">{"".join(parts)}</svg>'


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Risk (up) against coverage (right), both 0 to 1."""
    line = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    dots = "".join(
        f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="2.5" fill="#24527a"/>' for x, y in points
    )
    drawn = f'<polyline points="{line}" fill="none" stroke="#24527a" stroke-width="2"/>{dots}'
    return _plot(drawn, "coverage: share of questions answered", "risk", ("0", "1"), ("0", "1"))


def diagonal(points: Sequence[tuple[float, float, float]]) -> str:
    """What is reached (up) against what was promised (right), 0 to 1; on the diagonal both are equal.

    Args:
        points: promised, reached, and a weight 0 to 1 that is the area of the dot.
    """
    line = f'<path d="M{_x(0):.1f} {_y(0):.1f}L{_x(1):.1f} {_y(1):.1f}" stroke="#bbb" fill="none"/>'
    dots = "".join(
        f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{2 + 12 * weight**0.5:.1f}"'
        ' fill="#24527a" fill-opacity="0.6"/>'
        for x, y, weight in points
    )
    return _plot(line + dots, "confidence", "share that was right", ("0", "1"), ("0", "1"))


def histogram(values: Sequence[float], bins: int = 24) -> str:
    """How often which value; the last bar holds all above the 95th percentile too."""
    if not values:
        return ""
    ordered = sorted(values)
    top = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int(value / top * bins))] += 1
    most = max(counts)
    bars = "".join(
        f'<rect x="{_x(at / bins):.1f}" y="{_y(count / most):.1f}"'
        f' width="{(_W - _LEFT - 10) / bins - 1:.1f}" height="{_y(0) - _y(count / most):.1f}"'
        ' fill="#5b8db8"/>'
        for at, count in enumerate(counts)
    )
    return _plot(bars, "seconds a question", "questions", ("0", f"{top:.1f}"), ("0", str(most)))


def _x(share: float) -> float:
    return _LEFT + share * (_W - _LEFT - 10)


def _y(share: float) -> float:
    return _H - _BOTTOM - share * (_H - _BOTTOM - 12)


def _plot(
    inside: str, below: str, beside: str, across: tuple[str, str], up: tuple[str, str]
) -> str:
    """Axes with their names and their ends around what is drawn."""
    left, right, bottom, top = _x(0), _x(1), _y(0), _y(1)
    return (
        f'<svg width="{_W}" height="{_H}" role="img" font-size="12" fill="#333">'
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#888"/>{inside}'
        f'<text x="{(left + right) / 2}" y="{_H - 4}" text-anchor="middle">{below}</text>'
        f'<text x="12" y="{(top + bottom) / 2}" text-anchor="middle"'
        f' transform="rotate(-90 12 {(top + bottom) / 2})">{beside}</text>'
        f'<text x="{left}" y="{bottom + 14}" text-anchor="middle">{across[0]}</text>'
        f'<text x="{right}" y="{bottom + 14}" text-anchor="end">{across[1]}</text>'
        f'<text x="{left - 5}" y="{bottom}" text-anchor="end">{up[0]}</text>'
        f'<text x="{left - 5}" y="{top + 8}" text-anchor="end">{up[1]}</text></svg>'
    )
