"""Addresses side by side are shown one after the other; labels, tables and figures stay in their rows."""

from __future__ import annotations

import pytest
from looktwice.agent.extraction.records.pages.rows import RowCell
from looktwice.agent.extraction.records.pages.side_by_side import one_after_the_other

PARTIES = [("From", "To"), ("Uji Tea Ltd.", "Harbor Trading"), ("Kyoto", "Seattle")]


def shown(rows: list[tuple[str, ...]], by_column: bool) -> list[str]:
    """What becomes of rows whose cells stand 200 points apart, written column by column or row by row."""
    cells = [
        tuple(
            RowCell(words, 0, 0, 40 + 200 * x, 90 + 200 * x) for x, words in enumerate(row) if words
        )
        for row in rows
    ]
    placed = [
        (
            cell.left if by_column and len(row) > 1 else 1_000 * (len(row) == 1 and y > 0),
            y,
            cell.left,
            cell,
        )
        for y, row in enumerate(cells)
        for cell in row
    ]
    order = {id(cell): at for at, (*_, cell) in enumerate(sorted(placed, key=lambda p: p[:3]))}
    found = one_after_the_other(cells, lambda cell: order[id(cell)])
    return [" | ".join(cell.text for cell in row) for row in found]


def test_blocks_that_the_file_writes_one_by_one_are_put_below_one_another() -> None:
    rows = [("INVOICE 7",), *PARTIES, ("Thank you",)]
    assert shown(rows, by_column=True) == [
        *("INVOICE 7", "From", "Uji Tea Ltd.", "Kyoto", "To", "Harbor Trading", "Seattle"),
        "Thank you",
    ]


@pytest.mark.parametrize(
    ("rows", "by_column"),
    [
        (PARTIES, False),
        ([("Name:", "Uji Tea"), ("Town:", "Kyoto"), ("Country:", "Japan")], True),
        ([("Goods", "9.00"), ("Freight", "1.00"), ("Altogether", "10.00")], True),
        ([("Uji Tea Ltd.", "Harbor Trading")], True),
    ],
)
def test_what_may_be_a_table_stays_in_its_rows(
    rows: list[tuple[str, ...]], by_column: bool
) -> None:
    assert shown(rows, by_column) == [" | ".join(row) for row in rows]
