"""Charts of any kind as the tables they were drawn from, by the values the file keeps of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .flowing import FlowLine
from .grid import table_lines

__all__ = ["chart_lines", "drawn_words"]

_MOST = 20_000
"""Values of one series."""


def chart_lines(chart: Any) -> Iterator[FlowLine]:
    """A chart's title and its table, a row a category; bubbles and scattered points by both values.

    Args:
        chart: the root of its part.
    """
    title = next(_all(chart, "title"), None)
    if title is not None and (words := drawn_words(title)):
        yield FlowLine(words, begins=True)
    names: dict[int, str] = {}
    columns: list[tuple[str, dict[int, str]]] = []
    for at, series in enumerate(_all(chart, "ser"), 1):
        name = next((" ".join(_values(x).values()) for x in _children(series, "tx")), "")
        for tag in ("cat", "xVal"):
            for one in _children(series, tag):
                for index, value in _values(one).items():
                    names.setdefault(index, value)
        for tag, behind in (("val", ""), ("yVal", ""), ("bubbleSize", " (size)")):
            for one in _children(series, tag):
                columns.append(((name or f"series {at}") + behind, _values(one)))
    rows = sorted({*names, *(index for _, values in columns for index in values)})
    if columns:
        head = ["", *(name for name, _ in columns)]
        body = [
            [names.get(index, str(index + 1)), *(values.get(index, "") for _, values in columns)]
            for index in rows
        ]
        yield from table_lines([head, *body])


def drawn_words(element: Any) -> str:
    """The words of a drawing, its paragraphs parted by blanks."""
    paragraphs = ["".join(t.text or "" for t in _all(p, "t")) for p in _all(element, "p")]
    words = " ".join(" ".join(paragraphs).split())
    return words or " ".join(v.text or "" for v in _all(element, "v"))


def _values(element: Any) -> dict[int, str]:
    """Index and value of the points kept in the file; levels of categories are joined."""
    found: dict[int, str] = {}
    for point in _all(element, "pt"):
        value = next((v.text or "" for v in _children(point, "v")), "")
        index = point.get("idx", "")
        if index.isdecimal() and len(found) < _MOST and value:
            at = int(index)
            found[at] = f"{_tidy(value)}, {found[at]}" if at in found else _tidy(value)
    if not found and (v := next(_all(element, "v"), None)) is not None:
        found[0] = v.text or ""
    return found


def _tidy(value: str) -> str:
    """Numbers without the rounding errors of binary ones."""
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{number:.15g}" if abs(number) < 1e15 else value


def _all(element: Any, name: str) -> Iterator[Any]:
    return (one for one in element.iter() if _local(one) == name)


def _children(element: Any, name: str) -> Iterator[Any]:
    return (one for one in element if _local(one) == name)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
