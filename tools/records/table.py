"""The records of many documents as one table: a row a document, a column a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...schema import Cell, ExtractedField, ExtractedRecord, Table

__all__ = ["DOCUMENT", "Collection", "table_of"]

DOCUMENT = "document"
"""The column that names a row's document."""


@dataclass(frozen=True)
class Collection:
    """The records of an index's documents.

    Attributes:
        records: each of a document by its name.
        left_out: documents that have none, with the reasons.
    """

    records: tuple[ExtractedRecord, ...]
    left_out: tuple[str, ...] = ()


def table_of(records: Sequence[ExtractedRecord]) -> Table:
    """The single values of records as a table; every cell has the page and the box it was read from."""
    names = list(dict.fromkeys(one.path for record in records for one in _single(record)))
    heads = [
        Cell(text=name, row=0, column=column, is_header=True)
        for column, name in enumerate([DOCUMENT, *names])
    ]
    cells = [
        cell
        for row, record in enumerate(records, 1)
        for cell in _row(record, row, {name: at for at, name in enumerate(names, 1)})
    ]
    return Table(cells=(*heads, *cells), caption="one row a document")


def _row(record: ExtractedRecord, row: int, columns: dict[str, int]) -> Iterator[Cell]:
    yield Cell(text=record.document, row=row, column=0)
    for field in _single(record):
        if field.value is not None:
            yield Cell(
                text=_spelled(field.value),
                row=row,
                column=columns[field.path],
                page=field.page,
                box=field.boxes[0] if field.boxes else None,
            )


def _single(record: ExtractedRecord) -> Iterator[ExtractedField]:
    """The fields that are no list's."""
    return (field for field in record.fields if "[" not in field.path)


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
