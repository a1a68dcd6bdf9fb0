"""Documents as a batch: one record each, nothing lost or doubled, sheets that start nothing."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from looktwice.agent.batch.engine import TaskRequest
from looktwice.agent.batch.records import record_tasks
from looktwice.agent.batch.sheets import write_sheet
from looktwice.agent.batch.tasks import BatchTask
from looktwice.agent.batch.worker import Worker, answer_as_json, outcome_from_json, request_to_json
from looktwice.agent.extraction.records.schemas.sources import spec_of
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.errors import UsageError
from looktwice.schema import Answer
from looktwice.settings import DocumentLimits

from ...retrieval.pdf_kit import Pdf, Sheet, text
from ..extraction.records.record_kit import reader
from . import batch_kit as bk
from . import records_kit as rk


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def test_one_record_a_document_one_line_a_record(tmp_path: Path, output: Path) -> None:
    bills = rk.write_bills(tmp_path, 3)
    locked = tmp_path / "locked.pdf"
    locked.write_bytes(Pdf([Sheet()], user="secret").data())
    summary = rk.extract([*bills, locked], output)
    lines = {Path(line["file"]).name: line for line in bk.results_in(output)}
    assert len(lines) == 4
    assert lines["bill1.txt"]["record"] == {
        "number": "B-1",
        "total": 1.5,
        "lines": [{"name": "Thing 1", "quantity": 2, "amount": 1.5}],
    }
    assert "password" in lines["locked.pdf"]["error"]["message"]
    assert lines["locked.pdf"]["record"] is None
    assert [failed.kind for failed in summary.failed] == ["bad_input"]


def test_the_same_call_again_asks_for_nothing(tmp_path: Path, output: Path) -> None:
    bills = rk.write_bills(tmp_path, 2)
    rk.extract(bills, output)
    before = output.read_bytes()
    assert rk.extract(bills, output).done == 0
    assert output.read_bytes() == before


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_or_doubled(tmp_path: Path, output: Path) -> None:
    bills = rk.write_bills(tmp_path, 8)
    command = [sys.executable, "-m", rk.MODULE, str(output), "0.02"]
    chance = random.Random(5)
    killed = 0
    for _ in range(3):
        child = subprocess.Popen([*command, *map(str, bills)])
        done = len(bk.results_in(output)) if output.exists() else 0
        until = time.monotonic() + 60
        while child.poll() is None and time.monotonic() < until:
            written = output.read_bytes().count(b"\n") if output.exists() else 0
            if written > done:
                break
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.05))
        killed += child.poll() is None
        child.kill()
        child.wait()
    assert killed
    rk.extract(bills, output)
    names = [line["file"] for line in bk.results_in(output)]
    assert sorted(names) == sorted(map(str, bills))


def test_a_record_a_page(tmp_path: Path, output: Path) -> None:
    path = tmp_path / "two.pdf"
    sheets = [Sheet(text(40, 700, "number:") + text(200, 700, f"B-{n}")) for n in (1, 2)]
    path.write_bytes(Pdf(sheets).data())
    rk.extract([path], output, per="page")
    lines = sorted(bk.results_in(output), key=lambda line: line["page"])
    assert [(line["page"], line["record"]["number"]) for line in lines] == [(1, "B-1"), (2, "B-2")]


def test_sheets_hold_the_values_and_start_nothing(tmp_path: Path, output: Path) -> None:
    from openpyxl import load_workbook

    rk.extract(rk.write_bills(tmp_path, 4), output)
    spec = spec_of(schema_of_words(rk.WORDS))
    for ending in ("csv", "xlsx", "parquet"):
        write_sheet(spec, output, tmp_path / f"out.{ending}")
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert sorted(float(row["total"]) for row in rows) == [0.5, 1.5, 2.5, 3.5]
    assert json.loads(rows[0]["lines"])[0]["quantity"] == 2
    book = load_workbook(tmp_path / "out.xlsx")
    names = {row[3].value for row in book["lines"].iter_rows(min_row=2)}
    assert names == {"Thing 0", "Thing 1", "Thing 2", "'=1+1"}
    assert all(c.data_type != "f" for sheet in book for row in sheet.iter_rows() for c in row)
    import duckdb

    relation = duckdb.sql(f"SELECT sum(total) FROM '{tmp_path / 'out.parquet'}'")
    assert relation.fetchall() == [(8.0,)]


def test_what_is_not_there_is_told_before_anything_runs(tmp_path: Path) -> None:
    schema = schema_of_words("a")
    with pytest.raises(UsageError, match="no such file"):
        record_tasks(schema, [tmp_path / "gone"], DocumentLimits())
    with pytest.raises(UsageError, match="no documents"):
        record_tasks(schema, [tmp_path], DocumentLimits())
    with pytest.raises(UsageError, match=r"records end in \.jsonl"):
        write_sheet(spec_of(schema), tmp_path / "a.jsonl", tmp_path / "out.doc")


def test_long_names_and_earlier_sheets_do_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 120) / ("b" * 120)
    folder.mkdir(parents=True)
    for name in ("one.txt", "two.txt", "out.csv"):
        (folder / name).write_text("number: | 5\n", "utf-8")
    jobs = record_tasks(
        schema_of_words("number"), [folder], DocumentLimits(), output=folder / "out.csv"
    ).jobs
    assert [Path(job.task.documents[0]).name for job in jobs] == ["one.txt", "two.txt"]
    assert len({job.task.id for job in jobs}) == 2


def test_tasks_and_records_cross_to_workers_elsewhere(tmp_path: Path) -> None:
    bills = rk.write_bills(tmp_path, 1)
    (job,) = record_tasks(schema_of_words(rk.WORDS), bills, DocumentLimits()).jobs
    request = TaskRequest(job.task, session=None, fresh=False, seconds=60)
    worker = Worker(bk.assistant_on(bk.settings_in(tmp_path / "home"), reader()))
    outcome = outcome_from_json(answer_as_json(worker, request_to_json(request)))
    worker.close()
    assert isinstance(outcome, Answer)
    assert outcome.records[0].record["number"] == "B-0"


def test_a_task_that_extracts_nothing_keeps_its_digest() -> None:
    """Results of earlier versions go on being known by it."""
    assert BatchTask(id="a", question="Hello").digest == "ee4647818aad5ded"
