"""All records as one table: typed columns, and the documents that a result rests on."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.control import Control
from looktwice.errors import ToolError
from looktwice.media.store import Store
from looktwice.schema import Box, Evidence, ExtractedField, ExtractedRecord
from looktwice.tools.context import Context
from looktwice.tools.records.query import is_of_records, records_tools
from looktwice.tools.records.table import Collection

BOX = Box(x1=1, y1=2, x2=3, y2=4, frame="page")


def record(
    name: str, total: float | None, day: str = "2020-01-31", currency: str | None = None
) -> ExtractedRecord:
    fields = (
        ExtractedField(path="date", value=day, page=1, boxes=(BOX,)),
        ExtractedField(path="total", value=total, page=2, boxes=(BOX,) if total else ()),
        ExtractedField(path="currency", value=currency),
        ExtractedField(path="lines[0].name", value="Rope"),
    )
    return ExtractedRecord(document=name, record={}, fields=fields)


def asked(sql: str, home: Path, *records: ExtractedRecord) -> list[Evidence]:
    read, query = records_tools(lambda control: Collection(records, ("c.pdf: is empty",)))
    known = read.function(query="", context=Context((), Store(home), Control()))
    assert [is_of_records(item) for item in known] == [True, False]
    found: list[Evidence] = query.function(
        sql=sql, context=Context((), Store(home), Control(), tuple(known))
    )
    return found


def test_a_sum_rests_on_the_documents_that_pass_the_filter(tmp_path: Path) -> None:
    papers = [record("a.pdf", 2.5), record("b.pdf", 4.25), record("d.pdf", 9.0, "2021-05-01")]
    sql = "SELECT SUM(total) FROM t1 WHERE YEAR(date) = 2020"
    result, *rows = asked(sql, tmp_path, *papers)
    assert result.calculation is not None
    assert result.calculation.result == "6.75"
    assert [row.source.document for row in rows] == ["a.pdf", "b.pdf"]
    assert rows[0].text == "date: 2020-01-31; total: 2.5"
    assert rows[0].boxes == (BOX,)


def test_words_of_single_documents_are_given_with_their_names(tmp_path: Path) -> None:
    papers = [record("a.pdf", 1.0, currency="EUR"), record("b.pdf", 4.25, currency="USD")]
    result, *_ = asked("SELECT currency FROM t1 ORDER BY total DESC", tmp_path, *papers)
    assert result.calculation is not None
    assert result.calculation.result == "USD (b.pdf), EUR (a.pdf)"


def test_a_document_counts_for_what_it_does_not_say(tmp_path: Path) -> None:
    papers = [record("a.pdf", None), record("b.pdf", 4.25)]
    result, row = asked("SELECT document FROM t1 WHERE total IS NULL", tmp_path, *papers)
    assert result.calculation is not None
    assert result.calculation.result == row.source.document == "a.pdf"


def test_a_document_whose_amount_is_the_sum_of_the_others_counts(tmp_path: Path) -> None:
    papers = [record("a.pdf", 2.5), record("b.pdf", 4.25), record("d.pdf", 6.75)]
    result, *rows = asked("SELECT COUNT(*) FROM t1", tmp_path, *papers)
    assert result.calculation is not None
    assert (result.calculation.result, len(rows)) == ("3", 3)


def test_what_a_sum_lacks_and_takes_together_is_said(tmp_path: Path) -> None:
    papers = [
        record("a.pdf", 2.5, currency="EUR"),
        record("b.pdf", 4.25, currency="USD"),
        record("d.pdf", None),
    ]
    *_, unlike, lacking = asked("SELECT SUM(total) FROM t1", tmp_path, *papers)
    assert unlike.text == "amounts in EUR, USD were taken as they are"
    assert lacking.text == "no total was found in d.pdf"


def test_where_nothing_fits_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no document fits"):
        asked("SELECT document FROM t1 WHERE total > 99", tmp_path, record("a.pdf", 1.0))
