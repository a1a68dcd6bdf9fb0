"""Records as people leave them: corrected and confirmed, kept beside what was read."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from looktwice import RecordFile
from looktwice.agent.batch.record_lines import json_lines
from looktwice.agent.batch.records import RecordLinesFormat
from looktwice.agent.batch.results import Result, TaskFailure
from looktwice.agent.extraction.records.results.assembly import record_of
from looktwice.agent.extraction.records.reviewing.reviews import reviews_beside
from looktwice.agent.extraction.records.schemas.sources import spec_of
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.errors import BadInput, UsageError
from looktwice.schema import Answer, ExtractedField

from ...pages_kit import blocks
from . import records_kit as rk

SCHEMA = {
    **schema_of_words("number, date: date, net: money, tax: money, total: money, lines[]: name"),
    "x-checks": ["net + tax = total"],
}
_OFF = "net + tax = total does not hold"


def answer_with(document: str, **values: Any) -> Answer:
    """A record of these values, its net unsure, as an answer."""
    fields = {path: found(path, value) for path, value in values.items()}
    fields["lines[0].name"] = found("lines[0].name", "=1+1")
    fields["net"] = fields["net"].model_copy(update={"status": "unsure", "reason": _OFF})
    doubts = ["net + tax = total: does not hold", "only pages to 40 were read"]
    record = record_of(spec_of(SCHEMA), document, None, fields, doubts)
    return Answer(
        question="", text="", status="partial", confidence=0.5, stop_reason="accepted",
        records=(record,),
    )  # fmt: skip


def found(path: str, value: Any) -> ExtractedField:
    return ExtractedField(path=path, value=value, status="found", page=1, confidence=0.9)


def write_lines(path: Path, schema: Any = SCHEMA, **values: Any) -> Path:
    """A file of one record and one failure."""
    read = {"number": "A-1", "net": 10, "tax": 2, "total": 13, **values}
    answer = answer_with("bill.pdf", **read)
    lost = answer.model_copy(update={"records": (), "status": "failed"})
    why = TaskFailure(kind="bad_input", message="gone.pdf: is gone")
    with path.open("wb") as file:
        for name, one, error in (("bill.pdf", answer, None), ("gone.pdf", lost, why)):
            result = Result(
                **{field: getattr(one, field) for field in Answer.model_fields},
                id=name, line=1, seconds=1.0, error=error, meta={"file": name, "page": None},
                task="t", settings="s",
            )  # fmt: skip
            file.write(RecordLinesFormat(schema).encode(result))
    return path


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "out.jsonl")


def test_a_correction_is_kept_with_who_and_when_and_what_was_read(lines: Path) -> None:
    before = lines.read_bytes()
    records = RecordFile(lines)
    assert [field.path for field in records.lines[0].unsure] == ["net"]
    records.correct("bill.pdf", "total", "12,00 €", by="ann")
    records.correct("bill.pdf", "date", "2026-05-03", by="ann")
    assert lines.read_bytes() == before
    bill, lost = RecordFile(lines)
    assert lost.error == "gone.pdf: is gone"
    total = bill.fields["total"]
    assert (total.value, bill.record["total"], total.status) == (12, 12, "found")
    assert total.review is not None
    assert (total.review.by, total.review.found) == ("ann", 13)
    assert total.review.at.tzinfo is not None
    assert bill.fields["date"].value == "2026-05-03"
    # The sum is right now, so what was unsure about it is not any more.
    assert bill.fields["net"].status == "found"
    assert bill.source.doubts == ("only pages to 40 were read",)


def test_confirmed_absent_and_taken_back(lines: Path) -> None:
    records = RecordFile(lines)
    records.confirm("bill.pdf", "net", by="ann")
    assert records.lines[0].unsure == []
    records.correct("bill.pdf", "lines[0].name", "", by="bob")
    record = records.lines[0].extracted
    assert record.record["lines"] == [{"name": None}]
    assert record.fields["lines[0].name"].status == "missing"
    for path in ("net", "lines[0].name"):
        records.withdraw("bill.pdf", path, by="bob")
    assert records.lines[0].extracted.fields["lines[0].name"].value == "=1+1"
    assert [field.path for field in records.lines[0].unsure] == ["net"]


def test_what_cannot_be_kept_is_told(lines: Path, tmp_path: Path) -> None:
    records = RecordFile(lines)
    with pytest.raises(UsageError, match="total: expected an amount"):
        records.correct("bill.pdf", "total", "much", by="ann")
    with pytest.raises(BadInput, match="no value 'colour'"):
        records.confirm("bill.pdf", "colour", by="ann")
    with pytest.raises(BadInput, match="no record"):
        records.confirm("other.pdf", "total", by="ann")
    assert not reviews_beside(lines).exists()
    (tmp_path / "other.jsonl").write_text('{"question": "?"}\n')
    with pytest.raises(UsageError, match="no file of records"):
        RecordFile(tmp_path / "other.jsonl")


def test_sheets_hold_corrected_values_and_run_nothing(lines: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    records = RecordFile(lines)
    records.correct("bill.pdf", "number", "=cmd()", by="ann")
    records.correct("bill.pdf", "total", "12", by="ann")
    records.write(tmp_path / "out.csv")
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert (rows[0]["number"], rows[0]["total"], rows[0]["unsure"]) == ("'=cmd()", "12", "")
    records.write(tmp_path / "out.xlsx")
    sheet = load_workbook(tmp_path / "out.xlsx")["records"]
    cell = next(c for c in sheet[2] if c.value == 12)
    assert cell.comment is not None
    assert "corrected by ann" in cell.comment.text
    assert "13 was read" in cell.comment.text


def test_another_value_that_is_read_later_is_not_hidden(lines: Path) -> None:
    RecordFile(lines).correct("bill.pdf", "total", "12", by="ann")
    write_lines(lines, total=15)
    total = RecordFile(lines).lines[0].extracted.fields["total"]
    assert (total.value, total.status, total.alternatives) == (15, "unsure", (12,))
    write_lines(lines, total=12)  # it is read as it was corrected to
    total = RecordFile(lines).lines[0].extracted.fields["total"]
    assert (total.value, total.status) == (12, "found")


def test_a_run_that_goes_on_keeps_what_was_corrected(tmp_path: Path) -> None:
    bills, output = rk.write_bills(tmp_path, 2), tmp_path / "out.jsonl"
    rk.extract(bills[:1], output)
    RecordFile(output).correct(str(bills[0]), "total", "99", by="ann")
    rk.extract(bills, output)
    records = RecordFile(output)
    assert [one.record["total"] for one in records] == [99, 1.5]


def test_files_cut_by_a_kill_and_without_a_schema_are_read(tmp_path: Path) -> None:
    lines = write_lines(tmp_path / "old.jsonl", schema=None, date="2026-05-03")
    with lines.open("ab") as file:
        file.write(b'{"file": "next.pd')
    records = RecordFile(lines)
    assert len(list(json_lines(lines))) == len(records) == 2
    kinds = {field.path: field.kind for field in records.spec.fields}
    assert (kinds["date"], kinds["total"], kinds["number"]) == ("date", "number", "text")
    reviews_beside(lines).write_bytes(b'{"record": "bil')  # a power loss
    records.correct("bill.pdf", "total", "12", by="ann")
    assert records.lines[0].extracted.fields["total"].value == 12


def test_the_page_about_records_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = [
        one
        for one in blocks("python")
        if one.page.endswith("extract.md") and "RecordFile" in one.code
    ]
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "invoices.jsonl")
    exec(compile(block.code, "extract.md", "exec"), {})
    assert (tmp_path / "invoices.xlsx").exists()


def test_a_line_is_added_filled_removed_and_put_back(lines: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    records = RecordFile(lines)
    path = records.add_line("bill.pdf", "lines", by="ann")
    assert path == "lines[1]"
    records.correct("bill.pdf", f"{path}.name", "Hook", by="ann")
    records.remove_line("bill.pdf", "lines[0]", by="bob")
    (bill, _) = RecordFile(lines)
    assert bill.record["lines"] == [{"name": "Hook"}]
    assert [path for path in bill.fields if path.startswith("lines")] == ["lines[1].name"]
    added, removed = bill.source.line_reviews
    assert (added.path, added.removed, added.by) == ("lines[1]", False, "ann")
    assert (removed.path, removed.by, removed.found) == ("lines[0]", "bob", {"name": "=1+1"})
    records.write(tmp_path / "out.xlsx")
    rows = [[c.value for c in row] for row in load_workbook(tmp_path / "out.xlsx")["lines"]]
    assert rows[1:] == [["bill.pdf", None, 1, "Hook"]]

    records.remove_line("bill.pdf", path, by="ann")
    assert records.lines[0].extracted.record["lines"] == []
    assert records.add_line("bill.pdf", "lines", by="ann") == "lines[2]"  # not that of another
    for gone in ("lines[0]", path):
        records.restore_line("bill.pdf", gone, by="bob")
    (bill, _) = RecordFile(lines)
    assert bill.record["lines"] == [{"name": "=1+1"}, {"name": "Hook"}, {"name": None}]


def test_a_line_that_was_read_otherwise_since_stays_and_is_told(lines: Path) -> None:
    RecordFile(lines).remove_line("bill.pdf", "lines[0]", by="bob")
    lines.write_text(lines.read_text().replace("=1+1", "Anchor"))
    (bill, _) = RecordFile(lines)
    assert bill.record["lines"] == [{"name": "Anchor"}]
    assert "lines[0]: what bob removed here is not what is read now" in bill.source.doubts


def test_lines_that_are_none_are_told(lines: Path) -> None:
    records = RecordFile(lines)
    for call in (
        lambda: records.add_line("bill.pdf", "colours", by="ann"),
        lambda: records.remove_line("bill.pdf", "total", by="ann"),
        lambda: records.remove_line("bill.pdf", "lines[7]", by="ann"),
        lambda: records.restore_line("bill.pdf", "lines[0]", by="ann"),
    ):
        with pytest.raises(BadInput):
            call()
    assert not reviews_beside(lines).exists()
