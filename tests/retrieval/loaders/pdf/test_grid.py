"""Tables whose cells were drawn in any order, or wrap, are told row by row."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from ... import pdf_kit
from .kit import Maker

Place = tuple[float, float, str]

STOCK = [
    ("Received", "Ship", "Cargo", "Tonnes", "Quay"),
    ("2019-02-11", "Marlin", "Timber", "412", "East"),
    ("2019-02-15", "Osprey", "Salt", "98", "West"),
    ("2019-03-02", "Gannet", "Cement", "1,250", "East"),
    ("2019-03-09", "Plover", "Grain", "731", "North"),
    ("2019-03-21", "Curlew", "Coal", "2,004", "West"),
]


def places(
    rows: Sequence[tuple[str, ...]], columns: tuple[float, ...], pitch: float
) -> list[Place]:
    return [
        (x, 700 - pitch * at, cell)
        for at, row in enumerate(rows)
        for x, cell in zip(columns, row, strict=True)
    ]


def column_by_column(cells: list[Place]) -> list[Place]:
    return sorted(cells, key=lambda cell: (cell[0], -cell[1]))


def backwards(cells: list[Place]) -> list[Place]:
    return cells[::-1]


def shuffled(cells: list[Place]) -> list[Place]:
    return random.Random(7).sample(cells, len(cells))


def first_column_first(cells: list[Place]) -> list[Place]:
    left = min(x for x, _, _ in cells)
    return [c for c in cells if c[0] == left] + [c for c in cells if c[0] > left]


@pytest.mark.parametrize("order", [column_by_column, backwards, shuffled, first_column_first])
@pytest.mark.parametrize("size", [8, 11])
def test_cells_drawn_in_any_order_are_read_row_by_row(
    make: Maker, order: Callable[[list[Place]], list[Place]], size: float
) -> None:
    cells = places(STOCK, (60, 150, 240, 340, 430), 1.6 * size)
    page = make.page(b"".join(pdf_kit.text(x, y, words, size) for x, y, words in order(cells)))
    assert page.text.split("\n") == [" ".join(row) for row in STOCK]


WRAPPED = [
    (("Lot",), ("What is", "to be done"), ("Mark",), ("Sum",)),
    (("A1",), ("New windows for", "the north side of", "the school"), ("SCH/WIN/", "204"), ("8,150.00",)),
    (("A2",), ("Paint for the", "gymnasium"), ("SCH/PNT/", "77"), ("940.50",)),
    (("A3",), ("Two pumps and a", "tank below the old", "cellar"), ("SCH/PMP/", "1009"), ("12,400.00",)),
]  # fmt: skip
READ = [
    "Lot What is to be done Mark Sum",
    "A1 New windows for the north side of the school SCH/WIN/204 8,150.00",
    "A2 Paint for the gymnasium SCH/PNT/77 940.50",
    "A3 Two pumps and a tank below the old cellar SCH/PMP/1009 12,400.00",
]


def test_cells_drawn_one_by_one_are_whole(make: Maker) -> None:
    content, y = b"", 700.0
    for row in WRAPPED:
        for x, cell in zip((60, 110, 240, 340), row, strict=True):
            content += b"".join(
                pdf_kit.text(x, y - 12 * at, part, 10) for at, part in enumerate(cell)
            )
        y -= 12 * max(map(len, row))
    assert make.page(content).text.split("\n") == READ


def test_rows_that_stand_apart_are_whole_though_drawn_line_by_line(make: Maker) -> None:
    content, y = b"", 700.0
    for row in WRAPPED:
        for line in range(max(map(len, row))):
            for x, cell in zip((60, 110, 240, 340), row, strict=True):
                if line < len(cell):
                    content += pdf_kit.text(x, y, cell[line], 10)
            y -= 12
        y -= 9
    assert make.page(content).text.split("\n") == READ


def test_lines_that_had_no_room_go_on_though_drawn_line_by_line(make: Maker) -> None:
    content, y = b"", 700.0
    for row in WRAPPED[1:]:
        for line in range(max(map(len, row))):
            for x, cell in zip((60, 110, 240, 340), row, strict=True):
                if line < len(cell):
                    content += pdf_kit.text(x, y, cell[line], 10)
            y -= 12
    assert make.page(content).text.split("\n") == READ[1:]


def test_a_number_torn_inside_its_digits_is_one_number(make: Maker) -> None:
    rows = [
        (("Item",), ("Maker",), ("Value",)),
        (("Bridge",), ("Hollin",), ("1,204,5", "66.10")),
        (("Tunnel",), ("Mavers",), ("2,318,0", "04.75")),
        (("Weir",), ("Arnott",), ("907.00",)),
    ]
    content, y = b"", 700.0
    for row in rows:
        for x, cell in zip((60, 160, 260), row, strict=True):
            content += b"".join(
                pdf_kit.text(x, y - 12 * at, part, 10) for at, part in enumerate(cell)
            )
        y -= 12 * max(map(len, row)) + 6
    assert "Bridge Hollin 1,204,566.10" in make.page(content).text.split("\n")
    assert "Tunnel Mavers 2,318,004.75" in make.page(content).text.split("\n")


def test_rows_under_a_heading_of_their_own_stay_rows(make: Maker) -> None:
    rows = [
        ("", "2020", "2021", "2022"),
        ("Assets held:", "", "", ""),
        ("Cash", "14", "19", "27"),
        ("Loans", "210", "188", "305"),
        ("Debts owed:", "", "", ""),
        ("Banks", "77", "68", "51"),
        ("Members", "9", "12", "8"),
    ]
    cells = [cell for cell in places(rows, (60, 200, 280, 360), 14) if cell[2]]
    page = make.page(b"".join(pdf_kit.text(x, y, words, 10) for x, y, words in cells))
    assert page.text.split("\n") == [" ".join(filter(None, row)) for row in rows]


def test_three_columns_of_text_are_no_table(make: Maker) -> None:
    words = (
        "the members of this small club meet on every second day of each month in winter".split()
    )
    content = b""
    for column in range(3):
        for line in range(8):
            part = " ".join(words[(5 * line + column + k) % len(words)] for k in range(5))
            content += pdf_kit.text(50 + 180 * column, 700 - 13 * line, part, 9)
    lines = make.page(content).text.split("\n")
    assert len(lines) == 24


def test_two_tables_side_by_side_stay_two(make: Maker) -> None:
    left = [("Kind", "2020", "2021"), ("Oak", "3", "5"), ("Ash", "8", "2"), ("Elm", "6", "1")]
    right = [
        ("Town", "Men", "Women"),
        ("Rye", "41", "47"),
        ("Deal", "90", "88"),
        ("Ely", "12", "9"),
    ]
    content = b""
    for rows, columns in ((left, (50, 110, 160)), (right, (320, 400, 460))):
        for x, y, words in places(rows, columns, 15):
            content += pdf_kit.text(x, y, words, 10)
    text = make.page(content).text.split("\n")
    assert text == [" ".join(row) for row in [*left, *right]]
