"""Tables are found by words and rules alone: layouts made by hand, one idea of a table each."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from looktwice.retrieval.tables.finding.layout import HRule, Layout, PlacedWord, VRule
from looktwice.retrieval.tables.finding.tables import find_tables
from looktwice.schema import Box

from ..table_kit import PEOPLE, PROSE, rows_of

_LETTER = 5.0


def words(x: float, y: float, text: str, size: float = 10) -> list[PlacedWord]:
    """Words of one line, half a letter apart."""
    marks = []
    for word in text.split():
        end = x + _LETTER * len(word)
        marks.append(PlacedWord(word, x, y, end, y + size, size))
        x = end + 0.5 * _LETTER
    return marks


def grid(
    rows: Sequence[tuple[str, ...]],
    x: float = 50,
    y: float = 100,
    wide: float = 90,
    high: float = 20,
) -> list[PlacedWord]:
    return [
        mark
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text
        for mark in words(x + c * wide, y + r * high, text)
    ]


def layout(
    marks: list[PlacedWord], across: list[HRule] | None = None, down: list[VRule] | None = None
) -> Layout:
    return Layout(tuple(marks), tuple(across or ()), tuple(down or ()), 612, 792)


def test_a_table_without_rules() -> None:
    (table,) = find_tables(layout(grid(list(PEOPLE))))
    assert rows_of(table) == [list(row) for row in PEOPLE]
    people = next(cell for cell in table.cells if cell.text == "15,660")
    assert (people.header, people.label) == (("People",), ("Cormouth",))
    assert people.box == Box(x1=140, y1=160, x2=170, y2=170, frame="page")


def test_prose_is_no_table_and_stays_outside() -> None:
    text = [mark for at, line in enumerate(PROSE) for mark in words(50, 20 + 14 * at, line)]
    assert find_tables(layout(text)) == []
    (table,) = find_tables(layout(text + grid(list(PEOPLE))))
    assert table.shape == (5, 3)


def test_rules_make_cells_and_what_goes_over_several_columns() -> None:
    marks = [*words(55, 103, "Costs of the year"), *words(55, 123, "Rent"), *words(145, 123, "120")]
    marks += [
        *words(55, 143, "Heat"),
        *words(145, 143, "45"),
        *words(235, 123, "130"),
        *words(235, 143, "50"),
    ]
    across = [HRule(y, 50, 320) for y in (100, 120, 140, 160)]
    down = [VRule(50, 100, 160), VRule(320, 100, 160), VRule(140, 120, 160), VRule(230, 120, 160)]
    (table,) = find_tables(layout(marks, across, down))
    assert table.caption == "Costs of the year"
    assert rows_of(table) == [["Rent", "120", "130"], ["Heat", "45", "50"]]


def test_a_head_of_two_levels() -> None:
    rows = [("", "Boats", "", "Trains", ""), ("Year", "small", "large", "small", "large")]
    rows += [(str(year), "1", "22", "3", "44") for year in (2001, 2002, 2003, 2004)]
    marks = [mark for mark in grid(rows) if mark.text not in ("Boats", "Trains")]
    marks += words(180, 100, "Boats") + words(360, 100, "Trains")
    rules = [HRule(115, 140, 260), HRule(115, 320, 440), HRule(138, 50, 440), HRule(98, 50, 440)]
    (table,) = find_tables(layout(marks, rules))
    value = next(c for c in table.cells if c.text == "44" and c.row == 2)
    assert value.header == ("Trains", "large")
    boats = next(c for c in table.cells if c.text == "Boats")
    assert (boats.column, boats.column_span) == (1, 2)


def test_lines_of_one_cell_are_put_together() -> None:
    rows: list[tuple[str, ...]] = [("Item", "Price"), ("Lamp with a green", "12"), ("Chair", "40")]
    marks = [*grid(rows[:2], high=30), *words(50, 141, "glass shade"), *grid(rows[2:], y=165)]
    marks += [*words(50, 195, "Table"), *words(140, 195, "95")]
    (table,) = find_tables(layout(marks))
    assert rows_of(table)[1:] == [
        ["Lamp with a green glass shade", "12"],
        ["Chair", "40"],
        ["Table", "95"],
    ]


def test_a_section_names_the_rows_under_it() -> None:
    rows = [("", "2021", "2022"), ("Assets", "", ""), ("Cash", "5", "6"), ("Stock", "7", "8")]
    rows += [("Debts", "", ""), ("Bank", "9", "10")]
    (table,) = find_tables(layout(grid(rows)))
    assert next(c for c in table.cells if c.text == "10").label == ("Debts", "Bank")
    assert next(c for c in table.cells if c.text == "7").label == ("Assets", "Stock")


@pytest.mark.parametrize(
    "rows",
    [
        [
            ("1.", "First wash the pan well"),
            ("2.", "Then dry it in the sun"),
            ("3.", "Put it away again"),
        ],
        [
            ("Preface", "1"),
            ("The coast", "7"),
            ("The towns", "19"),
            ("The people", "44"),
            ("Index", "90"),
        ],
        [("Chapter II", "25")],
    ],
    ids=["a list", "a table of contents", "a foot"],
)
def test_what_only_aligns_is_no_table(rows: list[tuple[str, ...]]) -> None:
    assert find_tables(layout(grid(rows, wide=250))) == []


def test_boxes_of_a_turned_layout_lie_on_the_page_as_shown() -> None:
    turned = Layout((), width=792, height=612, turn=1)
    assert turned.box(10, 20, 110, 40).xyxy == (20, 682, 40, 782)
    assert Layout((), width=612, height=792, turn=2).box(0, 0, 12, 92).xyxy == (600, 700, 612, 792)
    assert Layout((), width=792, height=612, turn=3).box(10, 20, 110, 40).xyxy == (
        572,
        10,
        592,
        110,
    )


def test_signs_apart_from_their_figures_stay_with_them() -> None:
    marks = words(230, 80, "2021") + words(330, 80, "2020")
    for r, (name, a, b) in enumerate(
        [("Sales", "720", "690"), ("Cost", "310", "305"), ("Rent", "41", "40")]
    ):
        y = 100 + 16 * r
        marks += words(50, y, name) + words(250, y, a) + words(350, y, b)
        if r == 0:
            marks += words(200, y, "$") + words(300, y, "$")
    marks += words(50, 148, "Margin") + words(250, 148, "5.1") + words(268, 148, "%")
    marks += words(350, 148, "4.9") + words(368, 148, "%")
    (table,) = find_tables(layout(marks))
    assert rows_of(table)[1] == ["Sales", "$ 720", "$ 690"]
    assert rows_of(table)[4] == ["Margin", "5.1 %", "4.9 %"]


def test_figures_strewn_over_a_drawing_are_no_table() -> None:
    rows = [("0", "", "7", "", "", ""), ("", "3", "", "", "9", "")]
    rows += [("5", "", "", "8", "", ""), ("", "1", "", "", "", "2")]
    assert find_tables(layout(grid(rows, wide=80, high=25))) == []
