"""A table to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from looktwice.retrieval.tables.spans import SourceCell, table_of_rows
from looktwice.retrieval.tables.typed import TypedTable, typed_table
from looktwice.schema import Table
from looktwice.tools.tables.database import TableDatabase

ROWS = [
    ["Town", "Region", "People", "Area (km²)", "Founded"],
    ["Aldport", "North", "1,204", "12.5", "2001-02-03"],
    ["Brinwick", "South", "873", "9.1", "1990-01-01"],
    ["Cormouth", "North", "15,660", "88.0", "1890-12-12"],
    ["Dünfeld", "South", "402", "–", "1711-04-30"],
]


@pytest.fixture
def towns() -> Table:
    table = table_of_rows(([SourceCell(text) for text in row] for row in ROWS), "Towns", 1)
    assert table is not None
    return table


@pytest.fixture
def typed(towns: Table) -> TypedTable:
    found = typed_table(towns)
    assert found is not None
    return found


@pytest.fixture
def database(typed: TypedTable) -> Iterator[TableDatabase]:
    with TableDatabase([typed]) as opened:
        yield opened
