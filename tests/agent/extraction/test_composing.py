"""What was read from each picture is summed, compared and laid out by the program, each value cited."""

from __future__ import annotations

import pytest
from looktwice.agent.extraction.composing import compose
from looktwice.agent.extraction.gathering import Record, amount, can_gather, rank
from looktwice.agent.state import Gathering, Operation
from looktwice.schema import Evidence, Picture, Source

from .. import kit


def record(number: int, total: str, date: str = "") -> Record:
    sha = f"{number:x}" * 64
    picture = Picture(sha256=sha, width=10, height=10, format="PNG", name=f"{number}.png")
    lines = kit.text_lines(f"Total {total}", f"Date {date}")
    evidence = Evidence(
        id=f"E{number}",
        kind="text",
        text=f"text read:\nTotal {total}\nDate {date}",
        lines=lines,
        source=Source(picture=sha),
    )
    return Record(number, picture, {"total": total, "date": date}, (evidence,))


RECORDS = [record(1, "33.64", "03/02/2018"), record(2, "1,048.20", "31.01.2019"), record(3, "7.00")]


def gather(operation: Operation, *fields: str) -> Gathering:
    return Gathering(operation=operation, field=fields[0], fields=fields)


def test_a_sum_shows_and_cites_what_it_is_made_of() -> None:
    made = compose(gather("sum", "total"), RECORDS)
    assert made is not None
    assert made.text == "1088.84 = 33.64 + 1048.2 + 7"
    assert {c.evidence for c in made.citations} == {"E1", "E2", "E3"}
    assert all((c.start, c.end) == (0, len(made.text)) for c in made.citations)
    assert made.calculation is not None
    assert made.calculation.text.endswith("= 1088.84")


def test_a_mean_is_rounded() -> None:
    made = compose(gather("mean", "total"), RECORDS)
    assert made is not None
    assert made.text.startswith("362.95 = (")


@pytest.mark.parametrize(
    ("operation", "field", "best"),
    [
        ("greatest", "total", 2),
        ("least", "total", 3),
        ("least", "date", 1),
        ("greatest", "date", 2),
    ],
)
def test_the_greatest_and_the_least(operation: Operation, field: str, best: int) -> None:
    made = compose(gather(operation, field), RECORDS)
    assert made is not None
    assert made.text.startswith(f"picture {best} ({best}.png): {field} ")
    assert [c.evidence for c in made.citations] == [f"E{best}"]
    assert made.missing == ((3,) if field == "date" else ())


def test_equals_are_all_named() -> None:
    made = compose(gather("greatest", "total"), [record(1, "5.00"), record(2, "5.00")])
    assert made is not None
    assert len(made.text.splitlines()) == 2


def test_a_table_has_a_row_a_picture_whose_cells_are_cited() -> None:
    made = compose(gather("table", "total", "date"), RECORDS)
    assert made is not None
    rows = made.text.splitlines()
    assert rows[0] == "| picture | total | date |"
    assert rows[3] == "| picture 2 (2.png) | 1,048.20 | 31.01.2019 |"
    for citation in made.citations:
        assert made.text[citation.start : citation.end] in rows
    assert made.rows[0] == ("picture", "total", "date")
    assert made.rows[2] == ("picture 2 (2.png)", "1,048.20", "31.01.2019")


def test_values_of_a_table_keep_what_its_words_cannot_show() -> None:
    made = compose(gather("table", "total"), [record(1, "8|20")])
    assert made is not None
    assert made.text.splitlines()[-1] == "| picture 1 (1.png) | 8/20 |"
    assert made.rows[-1] == ("picture 1 (1.png)", "8|20")


def test_nothing_read_makes_nothing() -> None:
    assert compose(gather("sum", "total"), [record(1, "")]) is None
    assert compose(gather("table", "fee"), RECORDS) is None


def test_values_are_numbers_or_dates() -> None:
    assert amount("RM 1,048.20") is not None
    assert amount("3 of 4") is None
    assert rank("03/02/2018") < rank("2019-01-31")  # type: ignore[operator]
    assert rank("hello") is None


def test_several_pictures_must_have_words() -> None:
    pictures = [r.picture for r in RECORDS]
    assert can_gather(pictures, [e for r in RECORDS for e in r.evidence])
    assert not can_gather(pictures, RECORDS[0].evidence)
