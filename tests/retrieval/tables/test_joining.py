"""Tables over several pages."""

from __future__ import annotations

from collections.abc import Sequence

from looktwice.retrieval.tables.joining import Joiner
from looktwice.retrieval.tables.naming import named
from looktwice.schema import Box, Cell, Table

from .table_kit import rows_of

WIDE, HIGH = 600.0, 800.0
HEAD = ("Town", "People")


def _place(x: float, y: float) -> Box:
    return Box(x1=x, y1=y, x2=x + 80, y2=y + 12, frame="page")


def part(
    page: int, top: float, rows: Sequence[tuple[str, ...]], heads: int, x: float = 50
) -> Table:
    cells = [
        Cell(text=text, row=r, column=c, page=page, box=_place(x + 100 * c, top + 20 * r))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    box = Box(x1=x, y1=top, x2=x + 200, y2=top + 20 * len(rows), frame="page")
    return Table(cells=named(cells, heads), page=page, box=box)


def joined(*pages: list[Table]) -> list[Table]:
    joiner = Joiner()
    out = [t for at, page in enumerate(pages, 1) for t in joiner.add(at, page, WIDE, HIGH)]
    return out + list(joiner.close())


def test_a_table_goes_on_on_the_next_page() -> None:
    rows = [(f"Town {n}", str(n)) for n in range(12)]
    first = part(1, 500, [HEAD, *rows[:8]], 1)
    (whole,) = joined([first], [part(2, 60, rows[8:], 0)])
    assert rows_of(whole) == [list(row) for row in (HEAD, *rows)]
    last = next(c for c in whole.cells if c.text == "11")
    assert (last.header, last.label, last.page) == (("People",), ("Town 11",), 2)


def test_a_head_that_is_written_again_is_left_out() -> None:
    first = part(1, 500, [HEAD, *[("a", "1")] * 8], 1)
    (whole,) = joined([first], [part(2, 60, [HEAD, ("b", "2")], 1)], [])
    assert rows_of(whole)[0] == list(HEAD)
    assert rows_of(whole)[-1] == ["b", "2"]
    assert [c.text for c in whole.cells].count("Town") == 1


def test_tables_that_only_follow_stay_apart() -> None:
    first = part(1, 500, [HEAD, *[("a", "1")] * 8], 1)
    others = {
        "another head": part(2, 60, [("Boat", "Length"), ("b", "2")], 1),
        "farther down": part(2, 400, [("b", "2"), ("c", "3")], 0),
        "another place": part(2, 60, [("b", "2"), ("c", "3")], 0, x=300),
    }
    for name, second in others.items():
        assert len(joined([first], [second])) == 2, name
    assert len(joined([part(1, 60, [HEAD, ("a", "1")], 1)], [part(2, 60, [("b", "2")], 0)])) == 2
    assert len(joined([first], [], [part(3, 60, [("b", "2"), ("c", "3")], 0)])) == 2
