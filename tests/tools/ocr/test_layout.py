from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from looktwice.schema import Box, TextLine
from looktwice.tools.ocr.grid import rendered_rows
from looktwice.tools.ocr.layout import in_reading_order


def line(text: str, x: float, y: float, width: float = 0, height: float = 20) -> TextLine:
    right = x + (width or 10 * len(text))
    return TextLine(text=text, score=0.9, box=Box(x1=x, y1=y, x2=right, y2=y + height))


def test_cells_with_one_baseline_share_a_row() -> None:
    lines = [
        line("7.00", 300, 103),
        line("Total", 10, 100),
        line("Shop", 100, 10),
        line("Cash", 10, 130),
        line("10.00", 300, 128),
    ]
    ordered = in_reading_order(lines)
    assert rendered_rows(ordered, ()) == ["Shop", "Total  7.00", "Cash  10.00"]
    assert [item.row for item in ordered] == [0, 1, 1, 2, 2]


def test_a_slightly_turned_picture_keeps_its_rows() -> None:
    slope = 0.05  # over 600 pixels the right end is 30 lower: more than a line
    lines = [
        line(f"{side}{row}", x, 100 + 25 * row + slope * x)
        for row in range(4)
        for side, x in (("left", 0.0), ("right", 600.0))
    ]
    # The slope is measured between middles; equal widths make that the slope of the corners.
    ordered = in_reading_order(lines, slope)
    assert rendered_rows(ordered, ()) == [f"left{i}  right{i}" for i in range(4)]


def test_columns_of_running_text_are_read_one_after_the_other() -> None:
    title = line("A title that runs across the whole of the page here", 0, 0, width=820)
    left = [line(f"left column words {i}", 0, 50 + 30 * i, width=380) for i in range(5)]
    right = [line(f"right column words {i}", 430, 52 + 30 * i, width=380) for i in range(5)]
    foot = line("A footer that runs across the whole of the page", 0, 250, width=820)
    mixed = [foot, *(item for pair in zip(right, left, strict=True) for item in pair), title]
    assert in_reading_order(mixed) == [
        item.model_copy(update={"row": row})
        for row, item in enumerate([title, *left, *right, foot])
    ]


def _columns(count: int, top: float, words: str) -> list[TextLine]:
    return [
        line(f"{side} {words} {row}", x, top + 30 * row)
        for row in range(count)
        for side, x in (("left", 0.0), ("right", 400.0))
    ]


def test_a_title_over_the_gutter_parts_columns_from_what_is_above() -> None:
    words = "column of running text"
    title = line("RULES OF THE HOUSE", 240, 60, width=330)
    lines = [*_columns(4, 100, words), title]
    read = [item.text for item in in_reading_order(lines)]
    assert read[0] == title.text
    assert [text.split()[0] for text in read[1:]] == ["left"] * 4 + ["right"] * 4


def test_columns_go_on_below_a_heading_that_spans_them() -> None:
    words = "column of running text"
    heading = line("PART TWO OF THE RULES", 230, 235, width=340)
    lines = [*_columns(4, 100, words), heading, *_columns(3, 280, words)]
    sides = [item.text.split()[0] for item in in_reading_order(lines)]
    assert sides == ["left"] * 4 + ["right"] * 4 + ["PART"] + ["left"] * 3 + ["right"] * 3


def test_a_table_under_a_title_stays_in_its_rows() -> None:
    lines = [line("Prices of the season", 150, 20, width=250)]
    for row in range(4):
        lines += [line(f"kind {row}", 0, 60 + 30 * row), line(f"{row}.50", 400, 60 + 30 * row)]
    assert rendered_rows(in_reading_order(lines), ())[1:] == [f"kind {n}  {n}.50" for n in range(4)]


def test_prices_beside_long_names_are_no_column() -> None:
    names = [line(f"some long article name {i}", 0, 30 * i, width=380) for i in range(5)]
    prices = [line(f"{i}.50", 600, 30 * i) for i in range(5)]
    rows = rendered_rows(in_reading_order([*prices, *names]), ())
    assert rows[2] == "some long article name 2  2.50"


def test_lines_that_stand_over_each_other_are_two_rows() -> None:
    lines = [line("upper", 0, 0, height=30), line("lower", 0, 14, height=30)]
    assert [item.row for item in in_reading_order(lines)] == [0, 1]


boxes = st.tuples(
    st.floats(0, 900), st.floats(0, 900), st.floats(1, 300), st.floats(1, 60), st.text(max_size=30)
)


@given(st.lists(boxes, max_size=25), st.floats(-0.2, 0.2))
def test_no_line_is_lost_and_rows_count_up(
    items: list[tuple[float, float, float, float, str]], slope: float
) -> None:
    lines = [line(text, x, y, width, height) for x, y, width, height, text in items]
    ordered = in_reading_order(lines, slope)

    def key(item: TextLine) -> tuple[object, ...]:
        return (*item.box.xyxy, item.text)

    assert sorted(map(key, ordered)) == sorted(map(key, lines))
    rows = [item.row for item in ordered]
    assert all(after - before in (0, 1) for before, after in pairwise(rows))
    assert in_reading_order(ordered, slope) == ordered or len(set(map(key, lines))) < len(lines)
