"""Tasks as they are read and results as they are written."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.batch.results import Result, ResultsFile, TaskFailure
from looktwice.agent.batch.scheduling import TaskQueue
from looktwice.agent.batch.tasks import BatchJob, BatchTask, Shard, read_tasks
from looktwice.errors import BadInput, UsageError
from looktwice.schema import Usage


def result(name: str, text: str = "yes", error: TaskFailure | None = None, **more: Any) -> Result:
    return Result(
        **{
            "question": "?",
            "text": text,
            "status": "failed" if error else "answered",
            "confidence": 0.5,
            "stop_reason": "accepted",
            "id": name,
            "line": 1,
            "seconds": 0.1,
            "error": error,
            "task": "t",
            "settings": "s",
            **more,
        }
    )


# --- tasks -------------------------------------------------------------------------------------------


def test_a_task_knows_its_paths_beside_its_file(tmp_path: Path) -> None:
    task = BatchTask(id="1", question="?x", images=("a.png", "/b/c.png"), index="i")
    placed = task.beside(tmp_path)
    assert placed.images == (os.path.join(tmp_path, "a.png"), os.path.abspath("/b/c.png"))
    assert placed.index == os.path.join(tmp_path, "i")
    assert placed.documents == ()


def test_the_digest_is_of_what_is_asked() -> None:
    task = BatchTask(id="1", question="What?")
    assert task.digest == BatchTask(id="1", question="What?", meta={"truth": 3}).digest
    assert task.digest != BatchTask(id="1", question="What?", images=("a.png",)).digest


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": 1, "question": "?"', "not JSON"),
        ("[1]", "expected an object"),
        ('"text"', "expected an object"),
        ('{"question": "x"}', "id is missing"),
        ('{"id": "a", "question": "  "}', "question: expected some words"),
        ('{"id": "a", "question": "x", "images": "a.png"}', "images"),
        ('{"id": "a", "question": "x", "session": "\\n"}', "session"),
        ('{"id": "a\\nb", "question": "x"}', "printable"),
        ('{"id": "a", "question": "x", "index": "i", "documents": ["d"]}', "got both"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text('{"id": "ok", "question": "x"}\n\n' + line + "\n", "utf-8")
    jobs, malformed = read_tasks(path)
    assert [job.task.id for job in jobs] == ["ok"]
    assert [m.line for m in malformed] == [3]
    assert words in malformed[0].reason


def test_numbers_are_ids_too_and_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": 7, "question": "x"}\n{"id": "\xff"}\n')
    jobs, malformed = read_tasks(path)
    assert jobs[0].task.id == "7"
    assert "UTF-8" in malformed[0].reason


def test_tasks_from_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "tasks.CSV"
    path.write_text(
        '\ufeffid,question,images,session\r\na,"Two\nlines?",x.png; y.png,\r\n,,,\r\n'
        "b,Hm?\r\nc,Why?,,s\r\n",
        "utf-8",
    )
    jobs, malformed = read_tasks(path)
    assert jobs == [
        BatchJob(2, BatchTask(id="a", question="Two\nlines?", images=("x.png", "y.png"))),
        BatchJob(6, BatchTask(id="c", question="Why?", session="s")),
    ]
    assert [(m.line, m.reason) for m in malformed] == [(5, "expected 4 cells, got 2")]


def test_a_spreadsheet_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    path.write_text("id,question,image\n", "utf-8")
    with pytest.raises(UsageError, match="'image'"):
        read_tasks(path)
    path.write_text("a,b\n", "utf-8")
    with pytest.raises(UsageError, match="id and question"):
        read_tasks(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_tasks(tmp_path / "none.jsonl")


@pytest.mark.parametrize("text", ["", "1", "0/3", "4/3", "a/b", "1/0", "-1/2"])
def test_a_shard_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="expected a part"):
        Shard.parse(text)


@given(st.integers(1, 9), st.text(min_size=1, max_size=8), st.none() | st.sampled_from("ab"))
def test_every_task_is_in_exactly_one_shard(parts: int, name: str, session: str | None) -> None:
    task = BatchTask.model_construct(id=name, question="", session=session)
    found = [n for n in range(1, parts + 1) if Shard(n, parts).holds(task)]
    assert len(found) == 1
    if session:
        other = BatchTask.model_construct(id=f"{name}2", question="", session=session)
        assert Shard(found[0], parts).holds(other)


@given(st.lists(st.sampled_from([None, "a", "b"]), max_size=30))
def test_the_order_gives_every_job_once_and_sessions_in_turn(sessions: list[str | None]) -> None:
    jobs = [
        BatchJob(n, BatchTask(id=str(n), question="?x", session=s)) for n, s in enumerate(sessions)
    ]
    order = TaskQueue(jobs)
    got: list[BatchJob] = []
    for _ in jobs:
        job = order.take()
        assert job is not None
        got.append(job)
        order.done(job)
    assert order.take() is None
    assert sorted(got) == jobs
    for name in ("a", "b"):
        lines = [job.line for job in got if job.task.session == name]
        assert lines == sorted(lines)


def about(line: int, picture: str) -> BatchJob:
    return BatchJob(line, BatchTask(id=str(line), question="?x", images=(picture,)))


def test_tasks_about_a_picture_come_one_after_the_other() -> None:
    jobs = [about(n, "ab"[n % 2]) for n in range(4)]
    order = TaskQueue(jobs)
    got = []
    while (job := order.take()) is not None:
        got.append(job.line)
        order.done(job)
    assert got == [0, 2, 1, 3]


def test_workers_take_pictures_of_their_own_until_none_is_left() -> None:
    order = TaskQueue([about(0, "a"), about(1, "a"), about(2, "a"), about(3, "b")])
    first, second = order.take(), order.take()
    assert first is not None
    assert second is not None
    assert (first.line, second.line) == (0, 3)
    order.done(second)
    third = order.take()  # nothing else is left than the picture of the first
    assert third is not None
    assert third.line == 1
    order.done(first)
    order.done(third)
    last = order.take()
    assert last is not None
    assert last.line == 2
    assert order.take() is None


# --- results ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
@given(cut=st.floats(0, 1), text=st.text(max_size=20))
def test_cut_anywhere_the_file_keeps_what_was_whole(
    tmp_path_factory: pytest.TempPathFactory, ending: str, cut: float, text: str
) -> None:
    path = tmp_path_factory.mktemp("cut") / f"r.{ending}"
    ends = []
    with ResultsFile(path) as file:
        begin = path.stat().st_size
        for n in range(3):
            file.append(result(str(n), text + "\r\nmore"))
            ends.append(path.stat().st_size)
    size = int(cut * ends[-1])
    os.truncate(path, size)
    # The last byte of a JSON line is only its end: the line is complete without it.
    whole = sum(end - (ending == "jsonl") <= size for end in ends)
    with ResultsFile(path) as file:
        assert list(file.known) == [str(n) for n in range(whole)]
        for n in range(whole, 3):
            file.append(result(str(n), text + "\r\nmore"))
    with ResultsFile(path) as file:
        assert list(file.known) == ["0", "1", "2"]
    assert path.stat().st_size == ends[-1]
    assert begin <= ends[0]


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_failures_are_known_again_and_can_be_dropped(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"r.{ending}"
    failure = TaskFailure(kind="timeout", message="took: too long")
    with ResultsFile(path) as file:
        for name, error in (("a", None), ("b", failure), ("c", None)):
            file.append(result(name, error=error))
    with ResultsFile(path) as file:
        assert file.known["b"].error == failure
        assert file.known["a"].error is None
        file.drop({"b"})
        file.append(result("d"))
    with ResultsFile(path) as file:
        assert list(file.known) == ["a", "c", "d"]


def test_a_spreadsheet_is_not_given_orders(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with ResultsFile(path) as file:
        file.append(result("a", text="=HYPERLINK(1)"))
        file.append(result("b", text="-3.50"))
        file.append(result("c", text="-1+cmd()"))
    with path.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["text"] for row in rows] == ["'=HYPERLINK(1)", "-3.50", "'-1+cmd()"]


def test_seconds_in_a_spreadsheet_are_a_number(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with ResultsFile(path) as file:
        file.append(result("a", usage=Usage(model_calls=3, seconds={"draft": 0.5})))
    with path.open(newline="", encoding="utf-8") as opened:
        (row,) = csv.DictReader(opened)
    assert (row["seconds"], row["model_calls"]) == ("0.1", "3")


def test_a_line_begins_with_what_people_look_for(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with ResultsFile(path) as file:
        file.append(result("a", text="ja – 日本", meta={"truth": "x"}))
    line = json.loads(path.read_text("utf-8"))
    assert list(line)[:3] == ["id", "status", "text"]
    assert line["text"] == "ja – 日本"
    assert line["meta"] == {"truth": "x"}


def test_other_files_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    for text in ('{"a": 1}\n', "notes\n", '{"a": 1}\n' * 2):
        path.write_text(text, "utf-8")
        with pytest.raises(UsageError, match="line 1 is no result"):
            ResultsFile(path)
        assert path.read_text("utf-8") == text
    sheet = tmp_path / "r.csv"
    sheet.write_text("a,b\r\n", "utf-8")
    with pytest.raises(UsageError, match="other columns"):
        ResultsFile(sheet)
    with pytest.raises(UsageError, match=r"end in \.jsonl or \.csv"):
        ResultsFile(tmp_path / "r.txt")


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with ResultsFile(path), pytest.raises(UsageError, match="another batch"):
        ResultsFile(path)
    ResultsFile(path).close()


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.jsonl"
    with ResultsFile(path) as file:
        file.append(result("a"))
        real = os.write
        monkeypatch.setattr(os, "write", lambda f, data: real(f, data[:10]))
        with pytest.raises(BadInput, match="disk is full"):
            file.append(result("b"))
        monkeypatch.undo()
    with ResultsFile(path) as file:
        assert list(file.known) == ["a"]
