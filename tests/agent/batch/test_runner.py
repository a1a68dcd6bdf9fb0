"""A batch: every task once, whatever stops it; what fails costs only itself."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message
from looktwice.agent.batch.local import LocalEngine
from looktwice.agent.batch.runner import Batch, BatchOptions, BatchProgress, settings_digest
from looktwice.agent.batch.tasks import Shard
from looktwice.agent.batch.worker import Worker
from looktwice.control import Control
from looktwice.errors import BadInput, ModelError, UsageError
from looktwice.schema import Answer

from .. import kit
from . import batch_kit as bk


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    return tmp_path / "tasks.jsonl"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results.jsonl"


def write(path: Path, *tasks: dict[str, Any] | str) -> None:
    lines = [task if isinstance(task, str) else json.dumps(task) for task in tasks]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def ids_in(results: Path) -> list[str]:
    return [line["id"] for line in bk.results_in(results)]


def said(text: str, status: str = "answered", stop: str = "accepted") -> Answer:
    return Answer(question="?", text=text, status=status, confidence=1.0, stop_reason=stop)


class FakeWorker(Worker):
    """Answers with a function of the request and the control."""

    def __init__(self, function: Any) -> None:
        self._function = function
        self.asked: list[str] = []
        self.closed = False

    def answer(self, request: Any, control: Control) -> Answer:
        self.asked.append(request.task.id)
        value = self._function(request, control)
        return value if isinstance(value, Answer) else said(str(value))

    def close(self) -> None:
        self.closed = True


def run(tasks: Path, results: Path, function: Any, grace: float = 0.3, **how: Any) -> Any:
    worker = FakeWorker(function)
    with Batch(tasks, results, bk.settings_in(tasks.parent / "home"), BatchOptions(**how)) as batch:
        engine = LocalEngine(worker, grace=grace)
        summary = batch.run(engine)
        engine.close()
    return summary, worker


# --- every task once -----------------------------------------------------------------------------


def test_every_task_gets_its_own_answer(tasks: Path, results: Path) -> None:
    ids = bk.write_tasks(tasks, 30)
    summary = bk.run_batch(tasks, results, bk.settings_in(tasks.parent / "home"), workers=4)
    lines = bk.results_in(results)
    assert sorted(line["id"] for line in lines) == sorted(ids)
    assert (summary.tasks, summary.done, summary.left, summary.failed) == (30, 30, 0, ())
    answered = [line for line in lines if line["status"] == "answered"]
    assert len(answered) > 20
    for line in answered:
        assert line["text"] == f"Hello, number {line['id'][1:]}."
        assert line["line"] == int(line["id"][1:]) + 1
        assert line["error"] is None


def test_many_workers_answer_as_one(tasks: Path, tmp_path: Path) -> None:
    bk.write_tasks(tasks, 24)

    def texts(workers: int) -> dict[str, str]:
        results = tmp_path / f"{workers}.jsonl"
        bk.run_batch(tasks, results, bk.settings_in(tmp_path / "home"), workers=workers)
        return {line["id"]: line["text"] for line in bk.results_in(results)}

    assert texts(1) == texts(8)


def test_a_second_run_asks_nothing_again(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 6)
    first, _ = run(tasks, results, lambda request, control: "yes", limit=4)
    second, worker = run(tasks, results, lambda request, control: "yes")
    third, idle = run(tasks, results, lambda request, control: "yes")
    assert (first.done, first.left) == (4, 2)
    assert worker.asked == ["t4", "t5"]
    assert (second.before, second.done, second.left) == (4, 2, 0)
    assert idle.asked == []
    assert third.done == 0
    assert sorted(ids_in(results)) == [f"t{n}" for n in range(6)]


@pytest.mark.slow
def test_killed_at_random_moments_it_loses_and_repeats_nothing(tasks: Path, results: Path) -> None:
    ids = bk.write_tasks(tasks, 200)
    chance = random.Random(7)
    command = [sys.executable, "-m", bk.MODULE, str(tasks), str(results), "4", "0.02"]
    killed = sum(killed_on_its_way(command, results, chance.uniform(0, 0.25)) for _ in range(6))
    assert killed >= 3  # else it ended before it could be killed
    assert len(results.read_bytes().splitlines()) < 200
    subprocess.run(command, check=True)
    assert sorted(ids_in(results)) == sorted(ids)


def killed_on_its_way(command: list[str], results: Path, seconds: float) -> bool:
    """Start a run and kill it so long after its first result; False when it had ended before."""
    before = results.stat().st_size if results.exists() else 0
    child = subprocess.Popen(command, stderr=subprocess.PIPE)
    wait_until(lambda: grown(results, before) or child.poll() is not None)
    wait_until(lambda: child.poll() is not None, seconds)
    ran = child.poll() is None
    child.kill()
    child.communicate()
    return ran


def grown(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size > size


def wait_until(true: Any, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.002)


# --- what goes wrong costs only itself -------------------------------------------------------------


def test_malformed_lines_are_named_and_the_others_asked(tasks: Path, results: Path) -> None:
    good = {"id": "a", "question": "Hello!"}
    write(tasks, good, "{half", {"id": "b"}, {**good, "id": "c", "image": "x"}, good)
    summary, worker = run(tasks, results, lambda request, control: "yes")
    assert worker.asked == ["a"]
    assert [m.line for m in summary.malformed] == [2, 3, 4, 5]
    reasons = " | ".join(m.reason for m in summary.malformed)
    for words in ("not JSON", "question is missing", "unknown field 'image'", "used in line 1"):
        assert words in reasons


def test_failures_are_results_with_a_kind(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 5)
    outcomes = {
        "t0": BadInput("x.png", "is no picture"),
        "t1": ModelError("gone"),
        "t2": RuntimeError("boom"),
        "t3": said("Something went wrong", "failed", "error"),
        "t4": "fine",
    }

    def answer(request: Any, control: Control) -> Any:
        outcome = outcomes[request.task.id]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    summary, _ = run(tasks, results, answer, workers=2)
    kinds = {f.id: f.kind for f in summary.failed}
    assert kinds == {"t0": "bad_input", "t1": "model", "t2": "error", "t3": "error"}
    assert summary.statuses == {"failed": 4, "answered": 1}
    lines = {line["id"]: line for line in bk.results_in(results)}
    assert lines["t0"]["error"] == {"kind": "bad_input", "message": "x.png: is no picture"}
    assert lines["t0"]["status"] == "failed"
    assert lines["t4"]["error"] is None


def test_a_task_that_hangs_costs_only_itself(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 6)
    never = threading.Event()

    def answer(request: Any, control: Control) -> str:
        if request.task.id == "t1":
            never.wait(30)
        return "yes"

    summary, worker = run(tasks, results, answer, timeout=0.2)
    assert not worker.closed  # somebody is still in there
    never.set()
    assert [(f.id, f.kind) for f in summary.failed] == [("t1", "timeout")]
    assert summary.statuses == {"answered": 5, "failed": 1}


def test_when_everything_hangs_the_run_ends(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 40)
    never = threading.Event()
    with pytest.raises(ModelError, match="--isolate"):
        run(tasks, results, lambda r, c: never.wait(30), grace=0, timeout=0.1, workers=4)
    never.set()
    assert len(ids_in(results)) < 20


def test_a_tool_that_never_returns_is_told_in_the_answer(
    tasks: Path, results: Path, tmp_path: Path
) -> None:
    file = kit.named_picture(tmp_path, "a.png", 5)
    never = threading.Event()
    write(tasks, {"id": "a", "question": kit.TOTAL, "images": [file.name]},
          {"id": "b", "question": "Hello!"})  # fmt: skip

    def make() -> Assistant:
        experts = kit.instant_experts(read=lambda picture: never.wait(30))
        return kit.make_assistant(tmp_path / "home", experts=experts)

    with Batch(
        tasks, results, bk.settings_in(tmp_path / "home"), BatchOptions(timeout=1.0)
    ) as batch:
        engine = LocalEngine(Worker(make()))
        summary = batch.run(engine)
        engine.close()
    never.set()
    assert summary.statuses["answered"] == 1
    assert [f.id for f in summary.failed] == ["a"]


def test_failed_tasks_are_asked_again_when_told(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 4)

    def fails(request: Any, control: Control) -> str:
        if request.task.id in ("t1", "t3"):
            raise ModelError("gone")
        return "yes"

    run(tasks, results, fails)
    unchanged, idle = run(tasks, results, fails)
    assert idle.asked == []
    assert {f.id for f in unchanged.failed} == {"t1", "t3"}
    mended, worker = run(tasks, results, lambda r, c: "now", retry_failed=True)
    assert worker.asked == ["t1", "t3"]
    assert mended.failed == ()
    assert sorted(ids_in(results)) == ["t0", "t1", "t2", "t3"]


def test_a_failed_task_may_be_put_right_and_retried(tasks: Path, results: Path) -> None:
    def fails(request: Any, control: Control) -> str:
        raise BadInput("x.png", "no such file")

    write(tasks, {"id": "a", "question": "What?", "images": ["x.png"]})
    run(tasks, results, fails)
    write(tasks, {"id": "a", "question": "What?", "images": ["y.png"]})
    with pytest.raises(UsageError, match="asked something else"):
        run(tasks, results, fails)
    summary, _ = run(tasks, results, lambda r, c: "yes", retry_failed=True)
    assert summary.failed == ()


# --- sessions --------------------------------------------------------------------------------------


def test_tasks_of_a_session_are_asked_in_order_beside_others(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 12)
    lines = [json.loads(line) for line in tasks.read_text().splitlines()]
    for number, line in enumerate(lines):
        if number % 3:
            line["session"] = f"s{number % 3}"
    write(tasks, *lines)
    running: set[str] = set()
    lock = threading.Lock()
    order: dict[str, list[int]] = {}

    def answer(request: Any, control: Control) -> str:
        with lock:
            assert request.session is None or request.session not in running
            running.add(request.session)
            order.setdefault(request.session, []).append(int(request.task.id[1:]))
        threading.Event().wait(0.01)
        with lock:
            running.discard(request.session)
        return "yes"

    summary, _ = run(tasks, results, answer, workers=6)
    assert summary.failed == ()
    assert len(order) == 3
    assert all(numbers == sorted(numbers) for name, numbers in order.items() if name)


def test_a_session_remembers_its_own_batch_only(tasks: Path, tmp_path: Path) -> None:
    write(tasks, *[{"id": f"t{n}", "question": bk.question(n), "session": "s"} for n in range(2)])
    model = bk.scripted()
    for name in ("one.jsonl", "two.jsonl", "one.jsonl"):
        (tmp_path / name).unlink(missing_ok=True)
        before = len(model.calls)
        bk.run_batch(tasks, tmp_path / name, bk.settings_in(tmp_path / "home"), model)
        asked = [call.messages[-1].text for call in model.calls[before:]]
        # The first question of a run is never a follow-up: nothing of an earlier run is known.
        assert not asked[0].rstrip().endswith("Rewritten question:")


def test_a_hanging_task_takes_the_rest_of_its_session_along(tasks: Path, results: Path) -> None:
    write(tasks, *[{"id": f"t{n}", "question": "Hello!", "session": "s"} for n in range(3)],
          {"id": "other", "question": "Hello!"})  # fmt: skip
    never = threading.Event()

    def answer(request: Any, control: Control) -> str:
        if request.task.id == "t0":
            never.wait(30)
        return "yes"

    summary, worker = run(tasks, results, answer, timeout=0.2)
    never.set()
    assert [f.id for f in summary.failed] == ["t0", "t1", "t2"]
    assert sorted(worker.asked) == ["other", "t0"]


# --- stopping ---------------------------------------------------------------------------------------


def test_stopping_finishes_what_runs_and_abandoning_does_not(tasks: Path, tmp_path: Path) -> None:
    bk.write_tasks(tasks, 8)
    for how, kept in (("stop", 2), ("stop soon", 0), ("abandon", 0)):
        results = tmp_path / f"{how}.jsonl"
        gate = threading.Barrier(3)

        def answer(request: Any, control: Control, gate: threading.Barrier = gate) -> str:
            gate.wait(10)
            gate.wait(10)
            return "yes"

        with Batch(
            tasks, results, bk.settings_in(tmp_path / "home"), BatchOptions(workers=2)
        ) as batch:
            ended: list[Any] = []
            engine = LocalEngine(FakeWorker(answer))
            thread = threading.Thread(target=lambda: ended.append(batch.run(engine)))  # noqa: B023
            thread.start()
            gate.wait(10)
            if how == "stop":
                batch.stop()
            else:
                batch.stop(within=0.01) if how == "stop soon" else batch.abandon()
                thread.join(10)
            gate.wait(10)
            thread.join(10)
        assert ended[0].interrupted
        assert len(bk.results_in(results)) == kept == ended[0].done


def test_progress_counts_up(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 5)
    told: list[BatchProgress] = []
    with Batch(tasks, results, bk.settings_in(tasks.parent), BatchOptions(limit=3)) as batch:
        batch.run(LocalEngine(FakeWorker(lambda r, c: "yes")), told.append)
    assert [p.done for p in told] == [0, 1, 2, 3]
    assert {p.total for p in told} == {3}


# --- which results belong to which tasks ---------------------------------------------------------------


def test_results_of_other_tasks_or_settings_are_refused(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 2)
    run(tasks, results, lambda r, c: "yes")
    kept = results.read_bytes()
    write(tasks, {"id": "t0", "question": "Something else?"}, {"id": "t1", "question": "Hello!"})
    with pytest.raises(UsageError, match=r"t0.*asked something else"):
        run(tasks, results, lambda r, c: "yes")
    write(tasks, {"id": "new", "question": "Something else?"})
    with pytest.raises(UsageError, match="it holds 't0'"):
        run(tasks, results, lambda r, c: "yes")
    bk.write_tasks(tasks, 2)
    other = bk.settings_in(tasks.parent / "home", limits={"rounds": 0})
    with pytest.raises(UsageError, match="other settings"):
        Batch(tasks, results, other)
    assert results.read_bytes() == kept


def test_tasks_may_be_added_later(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 2)
    run(tasks, results, lambda r, c: "yes")
    bk.write_tasks(tasks, 4)
    _, worker = run(tasks, results, lambda r, c: "yes")
    assert worker.asked == ["t2", "t3"]


def test_what_does_not_change_answers_does_not_change_the_digest(tmp_path: Path) -> None:
    one = bk.settings_in(tmp_path)
    assert settings_digest(one) == settings_digest(bk.settings_in(tmp_path / "b", threads=3))
    assert settings_digest(one) != settings_digest(bk.settings_in(tmp_path, model="x.gguf"))


def test_the_tasks_file_is_not_overwritten(tasks: Path) -> None:
    bk.write_tasks(tasks, 1)
    with pytest.raises(UsageError, match="another file"):
        Batch(tasks, tasks, bk.settings_in(tasks.parent))


def test_shards_are_all_of_it_and_share_nothing(tasks: Path, tmp_path: Path) -> None:
    ids = bk.write_tasks(tasks, 40)
    seen: list[str] = []
    for number in (1, 2, 3):
        path = tmp_path / f"{number}.jsonl"
        summary, worker = run(tasks, path, lambda r, c: "yes", shard=Shard(number, 3))
        assert summary.tasks == summary.done > 5
        seen += worker.asked
    assert sorted(seen) == sorted(ids)


def test_sixteen_workers_are_twelve_times_as_fast(tasks: Path, tmp_path: Path) -> None:
    bk.write_tasks(tasks, 48)

    def slow(messages: Sequence[Message]) -> str:
        time.sleep(0.1)
        return "yes"

    def rate(workers: int, count: int, name: str = "") -> float:
        model = kit.Script({"talk": slow}).model()
        results = tmp_path / f"{workers}{name}.jsonl"
        settings = bk.settings_in(tmp_path / "home")
        summary = bk.run_batch(tasks, results, settings, model, workers=workers, limit=count)
        return summary.done / summary.seconds

    alone = rate(1, 6)
    # 12 on a quiet machine: benchmarks/batch.py. The first run is the one that pays for imports.
    assert any(rate(16, 48, name) > 8 * alone for name in "abc")


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_in_a_program_leaves_a_valid_file(tasks: Path, results: Path) -> None:
    bk.write_tasks(tasks, 3000)
    command = [sys.executable, "-m", bk.MODULE, str(tasks), str(results), "2", "0.02"]
    child = subprocess.Popen(command, stderr=subprocess.PIPE)
    wait_until(lambda: grown(results, 0))
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=30)
    assert child.returncode != 0
    assert 0 < len(ids_in(results)) < 3000
