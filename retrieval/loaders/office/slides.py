"""Slides as pages: title, text, tables, the numbers of charts, and the speaker's notes."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Any

from ...pages import Page
from .flowing import FlowLine, page_of, row_line

__all__ = ["slide_pages"]

_DEEPEST = 20
"""Groups within groups; deeper ones are no drawing of anybody's."""


def slide_pages(presentation: Any, first: int) -> Generator[Page, None, None]:
    """Pages of a python-pptx presentation, from slide number `first` on."""
    for number, slide in enumerate(presentation.slides, 1):
        if number >= first:
            yield _page(number, slide)


def _page(number: int, slide: Any) -> Page:
    title = slide.shapes.title
    label = " ".join(title.text_frame.text.split()) if title is not None else ""
    lines = [FlowLine(label, "heading", 1, begins=True)] if label else []
    others = (shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id)
    lines.extend(_shapes(others))
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        lines.extend(_text(notes))
    # A slide without a title does not stand under the title of the one before.
    return page_of(number, lines, label, section=() if label else (f"slide {number}",))


def _shapes(shapes: Iterable[Any], depth: int = 0) -> Iterator[FlowLine]:
    """Lines of shapes in reading order: from the top, then from the left."""
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes"):
            if depth < _DEEPEST:
                yield from _shapes(shape.shapes, depth + 1)
        elif shape.has_text_frame:
            yield from _text(shape.text_frame)
        elif shape.has_table:
            yield from _rows([cell.text for cell in row.cells] for row in shape.table.rows)
        elif shape.has_chart:
            yield from _chart(shape.chart)
        else:
            yield FlowLine(shape._element._nvXxPr.cNvPr.get("descr", ""), begins=True)


def _text(frame: Any) -> Iterator[FlowLine]:
    for at, paragraph in enumerate(frame.paragraphs):
        yield FlowLine(paragraph.text, begins=at == 0)


def _rows(rows: Iterable[Iterable[object]]) -> Iterator[FlowLine]:
    for at, row in enumerate(rows):
        cells = [" ".join(str("" if cell is None else cell).split()) for cell in row]
        if any(cells):
            yield row_line(cells, begins=at == 0)


def _chart(chart: Any) -> Iterator[FlowLine]:
    """A chart's title and the table it was drawn from."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield from _text(chart.chart_title.text_frame)
    plot = next(iter(chart.plots), None)
    if plot is None:
        return
    series = [(one.name, list(one.values)) for one in plot.series]
    names = [str(category) for category in plot.categories]
    table = [["", *(name for name, _ in series)]]
    for at, name in enumerate(names):
        table.append([name, *(values[at] if at < len(values) else "" for _, values in series)])
    yield from _rows(table)
