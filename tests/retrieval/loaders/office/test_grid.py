"""Spanned cells: every row is complete."""

from __future__ import annotations

import pytest
from looktwice.retrieval.loaders.office.grid import GridCell, filled_rows, table_lines

C = GridCell


@pytest.mark.parametrize(
    ("rows", "filled"),
    [
        (
            [[C("Area"), C("Half"), C("Sold")], [C("East", rows=2), C("1"), C("40")], [C("2"), C("55")]],
            [["Area", "Half", "Sold"], ["East", "1", "40"], ["East", "2", "55"]],
        ),
        (
            [[C("Ship"), C("Cargo", columns=2)], [C(""), C("in"), C("out")], [C("Tern"), C("3"), C("8")]],
            [["Ship", "Cargo", "Cargo"], ["", "in", "out"], ["Tern", "3", "8"]],
        ),
        (
            [[C("a"), C("b"), C("c")], [C("all three", columns=3)], [C("1"), C("2"), C("3")]],
            [["a", "b", "c"], ["all three", "", ""], ["1", "2", "3"]],
        ),
        (
            [[C("x", rows=3), C("1")], [C("y", rows=2)], [], [C("z"), C("9")]],
            [["x", "1"], ["x", "y"], ["x", "y"], ["z", "9"]],
        ),
        (
            [[C("p"), C("q"), C("r")], [C("1"), C("late", rows=2), C("5")], [C("2"), C("6")]],
            [["p", "q", "r"], ["1", "late", "5"], ["2", "late", "6"]],
        ),
    ],
)  # fmt: skip
def test_spans_are_filled(rows: list[list[GridCell]], filled: list[list[str]]) -> None:
    assert filled_rows(rows) == filled


def test_spans_without_end_stay_small() -> None:
    rows = [[C("a", rows=10**9, columns=10**9)], [C("b", columns=10**9)]] * 50
    filled = filled_rows(rows)
    assert sum(map(len, filled)) < 200_000


def test_empty_rows_are_no_lines() -> None:
    assert [line.text for line in table_lines([["", ""], ["a", ""], ["", "b"]])] == ["a", " | b"]
