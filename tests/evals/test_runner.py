"""Runs: what is asked, what is kept, what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.verification.registry import CHECKS
from looktwice.errors import BadInput, UsageError
from looktwice.evals import manifest
from looktwice.evals.ablate import CHECK, ablate, chosen_stages, stages_of, switched
from looktwice.evals.compare import compare
from looktwice.evals.failures import failures_of
from looktwice.evals.report import as_data, as_page, write_report
from looktwice.evals.runner import RESULTS, open_run, run
from looktwice.evals.summary import summarise
from looktwice.evals.task import Task, Truth, read_tasks, write_tasks

from ..agent import kit
from . import run_kit as rk


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the small suite, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    rk.suite(folder / "suite")
    run(rk.plan(folder), rk.settings_of(folder / "home"), rk.opener())
    return folder


@pytest.fixture
def done(made: Path, tmp_path: Path) -> Any:
    """A finished run of one's own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return open_run(tmp_path / "run")


def test_every_task_is_asked_and_scored(done: Any) -> None:
    assert done.complete
    assert {s.id: s.outcome for s in done.scored} == {
        "a": "right", "b": "right", "c": "right", "d": "wrong", "e": "declined",
    }  # fmt: skip
    first = done.scored[0]
    assert first.measures["routing"] == 1
    assert first.measures["citation precision"] == first.measures["citation recall"] == 1
    assert first.measures["model calls"] > 0


def test_truths_are_not_handed_to_the_assistant(done: Any) -> None:
    questions = (done.folder / "questions.jsonl").read_text(encoding="utf-8")
    assert "9.99" not in questions
    assert "truth" not in questions


def test_a_run_records_what_it_was_made_with(done: Any) -> None:
    record = done.manifest
    assert (record.suite, record.count, record.pack, record.pictures) == (
        "small",
        5,
        "starter",
        True,
    )
    assert record.settings["limits"]["rounds"] == 2
    assert "home" not in record.settings
    assert "api_key" not in record.settings
    assert any(name.startswith("qwen") for name in record.files)
    assert all(len(digest) == 64 for digest in record.files.values())
    assert {"python", "looktwice", "pillow"} <= set(record.versions)
    assert int(record.machine["cores"]) > 0


def test_a_run_that_was_cut_off_goes_on_without_asking_twice(done: Any, tmp_path: Path) -> None:
    results = done.folder / RESULTS
    lines = results.read_text(encoding="utf-8").splitlines(keepends=True)
    results.write_text("".join(lines[:3]) + lines[3][:40], encoding="utf-8")
    cut = open_run(done.folder)
    assert len(cut.scored) == 3
    assert not cut.complete
    opened: list[Any] = []
    summary = run(rk.plan(tmp_path), rk.settings_of(tmp_path / "home"), rk.opener(opened))
    assert (summary.before, summary.done) == (3, 2)
    assert open_run(done.folder).complete
    run(rk.plan(tmp_path), rk.settings_of(tmp_path / "home"), rk.opener(opened))
    assert len(opened) == 1  # nothing left to ask, so nothing was opened


def test_conversations_of_a_run_are_gone_once_it_is_complete(tmp_path: Path) -> None:
    rk.suite(tmp_path / "suite")
    tasks = [
        Task(id=str(turn), kind="talk", question=rk.TOTAL, images=("0.png",), session="talk",
             truth=Truth(answers=("8.20",)))
        for turn in range(3)
    ]  # fmt: skip
    write_tasks(tasks, tmp_path / "suite")
    settings = rk.settings_of(tmp_path / "home")

    @contextmanager
    def stops_after_one(batch: Any) -> Iterator[Any]:
        yield lambda progress: batch.stop() if progress.done else None

    first = run(rk.plan(tmp_path), settings, rk.opener(), follow=stops_after_one)
    assert first.left == 2
    assert (tmp_path / "run" / "home" / "sessions.db").exists()  # for the turns that are left
    assert run(rk.plan(tmp_path), settings, rk.opener()).left == 0
    assert not (tmp_path / "run" / "home").exists()
    assert not settings.sessions_file.exists()
    assert any(path.is_file() for path in settings.store_dir.rglob("*"))  # was only borrowed


def test_a_folder_of_another_run_is_refused(done: Any, tmp_path: Path) -> None:
    tasks = read_tasks(tmp_path / "suite")
    write_tasks(tasks[:3], tmp_path / "suite")
    with pytest.raises(UsageError, match="holds a run of other tasks"):
        run(rk.plan(tmp_path), rk.settings_of(tmp_path / "home"), rk.opener())
    with pytest.raises(UsageError, match="changed after the run"):
        open_run(done.folder)


def test_a_picture_that_was_changed_after_the_run_is_noticed(done: Any, tmp_path: Path) -> None:
    kit.named_picture(tmp_path / "suite", "0.png", 200)
    with pytest.raises(UsageError, match="changed after the run"):
        open_run(done.folder)


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run here"):
        open_run(tmp_path)
    (tmp_path / manifest.NAME).write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="no record of a run"):
        open_run(tmp_path)


def test_tasks_name_their_faults_with_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text('{"id": "a", "kind": "k", "question": "q", "truth": {}}\n{"id": 1}\n')
    with pytest.raises(BadInput, match=r"tasks\.jsonl:2: "):
        read_tasks(tmp_path)
    task = Task(id="a", kind="k", question="q", truth=Truth())
    write_tasks([task, task], tmp_path)
    with pytest.raises(UsageError, match="two tasks have the id 'a'"):
        read_tasks(tmp_path)


def test_no_task_reaches_outside_its_suite(tmp_path: Path) -> None:
    kit.named_picture(tmp_path, "secret.png", 1)
    folder = tmp_path / "suite"
    folder.mkdir()
    write_tasks(
        [Task(id="a", kind="k", question="q", images=("../secret.png",), truth=Truth())], folder
    )
    with pytest.raises(BadInput, match="outside the suite's folder"):
        run(rk.plan(tmp_path), rk.settings_of(tmp_path / "home"), rk.opener())


def test_the_summary_counts(done: Any) -> None:
    summary = summarise(done)
    assert [(r.kind, r.count) for r in summary.rows] == [("all", 5), ("total", 3), ("phone", 2)]
    assert summary.rows[0].outcomes["right"] == 3
    assert summary.rows[0].score.mean == pytest.approx(0.6)
    assert summary.rightly_declined == 1
    assert summary.wrongly_declined == pytest.approx(1 / 4)
    assert summary.whole["pair consistency"] == 1
    assert summary.whole["AURC"] == pytest.approx(1 / 3)  # one of three answers of one confidence
    assert summary.curve[-1] == (pytest.approx(3 / 5), pytest.approx(1 / 3))
    (bin,) = summary.reliability
    assert (bin.count, bin.right) == (3, pytest.approx(2 / 3))
    assert summary.whole["ECE"] == pytest.approx(abs(bin.confidence - 2 / 3))


def test_failures_are_sorted_by_where_the_answer_was_lost(done: Any) -> None:
    assert [(f.kind, f.task.id) for f in failures_of(done)] == [("blind", "d"), ("unseen", "e")]
    assert failures_of(done)[0].picture.startswith("data:image/jpeg;base64,")


def test_the_report_needs_nothing_beside_itself_and_escapes_everything(done: Any) -> None:
    page, data = write_report(done)
    text = page.read_text(encoding="utf-8")
    assert "<script>alert(1)</script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "http://" not in text
    assert "https://" not in text
    assert text.count("data:image/jpeg") == 2
    assert text.count("<svg") >= 5
    assert "Confidence against being right" in text
    values = json.loads(data.read_text(encoding="utf-8"))
    assert values["failures"] == {"blind": 1, "unseen": 1}
    assert values["reliability"][0]["count"] == 3
    assert {t["id"]: t["outcome"] for t in values["tasks"]}["d"] == "wrong"


def test_a_report_of_nothing_yet_says_so(done: Any) -> None:
    (done.folder / RESULTS).write_text("", encoding="utf-8")
    empty = open_run(done.folder)
    summary = summarise(empty)
    assert "0 of 5 questions were asked" in as_page(empty, summary)
    assert as_data(empty, summary)["tasks"] == []


def test_runs_of_the_same_tasks_are_compared_pair_by_pair(done: Any, tmp_path: Path) -> None:
    open_minded = {"answerable": 0.0, "confidence": 0.0}
    other = rk.settings_of(tmp_path / "home", limits={"rounds": 0}, thresholds=open_minded)
    run(rk.plan(tmp_path, "other"), other, rk.opener())
    comparison = compare(done, open_run(tmp_path / "other"))
    figures = {d.figure: d for d in comparison.differences}
    assert figures["declined"].first == pytest.approx(2 / 5)
    assert figures["declined"].second == 0
    assert figures["declined"].paired.mean == pytest.approx(-2 / 5)
    assert figures["score"].paired.mean == pytest.approx(-1 / 5)
    assert (comparison.lost, comparison.won) == (("b",), ())
    assert ("settings.limits.rounds", "2", "0") in comparison.apart
    same = compare(done, done)
    assert all(d.paired == (0, 0, 0) for d in same.differences)
    assert same.apart == ()


def test_asked_without_pictures_the_gain_is_told(done: Any, tmp_path: Path) -> None:
    blind = rk.plan(tmp_path, "blind", pictures=False)
    run(blind, rk.settings_of(tmp_path / "home"), rk.opener())
    without = open_run(tmp_path / "blind")
    gain = compare(done, without).gain
    assert gain is not None
    assert gain == pytest.approx(0.6 - summarise(without).rows[0].score.mean)
    assert compare(without, done).gain == pytest.approx(gain)


def test_unlike_runs_are_refused(done: Any, tmp_path: Path) -> None:
    tasks = read_tasks(tmp_path / "suite")
    (tmp_path / "few").mkdir()
    for path in (tmp_path / "suite").glob("*.png"):
        (tmp_path / "few" / path.name).write_bytes(path.read_bytes())
    write_tasks(tasks[:2], tmp_path / "few")
    from looktwice.evals.runner import RunPlan

    plan = RunPlan(suite="few", folder=tmp_path / "few", out=tmp_path / "fewrun")
    run(plan, rk.settings_of(tmp_path / "home"), rk.opener())
    with pytest.raises(UsageError, match="only runs of the same tasks"):
        compare(done, open_run(tmp_path / "fewrun"))
    results = done.folder / RESULTS
    lines = results.read_text(encoding="utf-8").splitlines(keepends=True)
    results.write_text("".join(lines[:2]), encoding="utf-8")
    with pytest.raises(UsageError, match="2 of 5 questions"):
        compare(open_run(done.folder), open_run(done.folder))


def test_an_ablation_runs_each_stage_both_ways(tmp_path: Path) -> None:
    rk.suite(tmp_path / "suite")
    settings = rk.settings_of(tmp_path / "home")
    effects = list(
        ablate(rk.plan(tmp_path, "out"), settings, ["gate", "picture_removed"], rk.opener())
    )
    assert [(e.stage, e.default) for e in effects] == [("gate", True), ("picture_removed", False)]
    recorded = {
        name: open_run(tmp_path / "out" / name).manifest.settings["stages"]
        for name in ("as-set", "gate-off", "picture_removed-on")
    }
    assert len(list((tmp_path / "out").iterdir())) == 3  # what is set is run once for all stages
    assert recorded["as-set"]["gate"] is True
    assert recorded["gate-off"]["gate"] is False
    assert recorded["picture_removed-on"]["picture_removed"] is True
    assert recorded["picture_removed-on"]["gate"] is True
    assert {d.figure for d in effects[0].differences} == {
        "score", "declined", "wrong", "model calls", "seconds",
    }  # fmt: skip


def test_without_a_check_only_what_it_found_fault_with_is_asked_again(tmp_path: Path) -> None:
    rk.suite(tmp_path / "suite")
    settings = rk.settings_of(tmp_path / "home")
    slips = rk.opener(draft=kit.in_turn("8.20", "8.20", "9.99"))
    stages = [CHECK + "numbers", CHECK + "dates"]
    numbers, dates = ablate(rk.plan(tmp_path, "out"), settings, stages, slips)
    asked = open_run(tmp_path / "out" / "as-set").answers
    assert {key: answer.findings for key, answer in asked.items() if answer.findings} == {
        "d": ("numbers",)
    }
    assert list(open_run(tmp_path / "out" / "check-numbers-off").answers) == ["d"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"as-set", "check-numbers-off"}
    assert all(d.paired.mean == 0 for d in dates.differences)
    assert numbers.default is True


def test_stages_are_whatever_the_settings_name(tmp_path: Path) -> None:
    settings = rk.settings_of(tmp_path)
    stages = stages_of(settings)
    checks = {CHECK + check.name: True for check in CHECKS}
    assert stages == {**settings.stages.model_dump(), **checks}
    for name in stages:
        for on in (False, True):
            assert stages_of(switched(settings, name, on)) == {**stages, name: on}
    assert chosen_stages(settings, []) == list(stages)
    with pytest.raises(UsageError, match="--stage: nothing is none of"):
        chosen_stages(settings, ["nothing"])
