"""The tables of presentations, with merged cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ....schema import Table
from ..spans import SourceCell, table_of_rows

__all__ = ["tables_of_slides"]

_DEEPEST = 20
"""Groups within groups; deeper ones are no drawing of anybody's."""


def tables_of_slides(path: Path) -> Iterator[Table]:
    """The tables of every slide; a slide's number is their page."""
    from pptx import Presentation

    for number, slide in enumerate(Presentation(str(path)).slides, 1):
        title = slide.shapes.title
        name = " ".join(title.text_frame.text.split()) if title is not None else ""
        for shape in _tables(slide.shapes):
            if (table := table_of_rows(_rows(shape.table), name, number)) is not None:
                yield table


def _tables(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            if depth < _DEEPEST:
                yield from _tables(shape.shapes, depth + 1)
        elif getattr(shape, "has_table", False):
            yield shape


def _rows(table: Any) -> Iterator[list[SourceCell]]:
    for at, row in enumerate(table.rows):
        yield [
            SourceCell(
                " ".join(cell.text.split()),
                cell.span_height if cell.is_merge_origin else 1,
                cell.span_width if cell.is_merge_origin else 1,
                at == 0 and bool(table.first_row),
            )
            for cell in row.cells
            if not cell.is_spanned
        ]
