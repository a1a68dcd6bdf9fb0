"""Workers in processes of their own: what hangs or crashes them costs only itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.batch.engine import TaskAbandoned, TaskRequest
from looktwice.agent.batch.process import ProcessEngine
from looktwice.agent.batch.runner import Batch, BatchOptions, BatchSummary
from looktwice.agent.batch.tasks import BatchTask
from looktwice.agent.batch.worker import WorkerSpec
from looktwice.control import Control
from looktwice.errors import ModelError
from looktwice.schema import Answer
from looktwice.settings import Settings

from . import batch_kit as bk


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[ProcessEngine]:
    with closing(ProcessEngine([bk.spec(tmp_path / "home")] * 2, grace=0.5)) as running:
        yield running


def ask(engine: ProcessEngine, question: str, seconds: float = 30.0) -> Any:
    task = BatchTask(id="a", question=question)
    return engine.ask(TaskRequest(task, None, False, seconds), Control(seconds))


def run(engine: ProcessEngine, folder: Path, **options: Any) -> BatchSummary:
    settings = bk.settings_in(folder / "home")
    with Batch(
        folder / "tasks.jsonl",
        folder / "results.jsonl",
        settings,
        BatchOptions(workers=2, **options),
    ) as batch:
        return batch.run(engine)


@pytest.mark.slow
def test_what_hangs_or_crashes_costs_only_itself(
    engine: ProcessEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tasks 1, 2 and 3 hang, crash always and crash once; the others are answered."""
    monkeypatch.setattr(bk, "question", lambda n: f"Hello! Please hang at number {n}.")
    bk.write_tasks(tmp_path / "tasks.jsonl", 8)
    summary = run(engine, tmp_path, timeout=2.0)
    assert {f.id: f.kind for f in summary.failed} == {"t1": "timeout", "t2": "crashed"}
    lines = {line["id"]: line for line in bk.results_in(tmp_path / "results.jsonl")}
    assert len(lines) == 8
    assert lines["t3"]["text"] == "Hello, number 3."
    assert "exit code 9" in lines["t2"]["error"]["message"]


@pytest.mark.slow
def test_a_worker_killed_from_outside_loses_nothing(engine: ProcessEngine, tmp_path: Path) -> None:
    bk.write_tasks(tmp_path / "tasks.jsonl", 30)
    killed: list[int] = []

    def kill(progress: Any) -> None:
        if progress.done == 5:
            child = next(iter(engine._living))
            killed.append(child._process.pid)
            os.kill(child._process.pid, signal.SIGKILL)

    with Batch(
        tmp_path / "tasks.jsonl",
        tmp_path / "results.jsonl",
        bk.settings_in(tmp_path / "home"),
        BatchOptions(workers=2),
    ) as batch:
        summary = batch.run(engine, kill)
    assert killed
    assert summary.failed == ()
    assert len(bk.results_in(tmp_path / "results.jsonl")) == 30


def test_a_worker_that_cannot_start_ends_the_run_with_its_reason(tmp_path: Path) -> None:
    spec = WorkerSpec(Settings(home=tmp_path, offline=True), f"{bk.MODULE}:nothing_of_the_kind")
    with (
        closing(ProcessEngine([spec])) as engine,
        pytest.raises(ModelError, match="nothing_of_the_kind"),
    ):
        ask(engine, "Hello!")


def test_giving_up_kills_the_worker_and_another_takes_its_place(engine: ProcessEngine) -> None:
    assert isinstance(ask(engine, "Hello! My number is 4."), Answer)
    control = Control(30)
    control.cancel()
    with pytest.raises(TaskAbandoned):
        engine.ask(
            TaskRequest(
                BatchTask(id="a", question="Hello! Please hang at number 1."), None, False, 30
            ),
            control,
        )
    assert isinstance(ask(engine, "Hello! My number is 5."), Answer)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_workers_end_with_their_owner(tmp_path: Path) -> None:
    """Killed in the middle of a hanging task, the owner leaves no process behind."""
    code = (
        "import sys, threading, time; from pathlib import Path;"
        f"import {bk.MODULE} as bk;"
        "from looktwice.agent.batch.process import ProcessEngine;"
        "from looktwice.agent.batch.engine import TaskRequest;"
        "from looktwice.agent.batch.tasks import BatchTask; from looktwice.control import Control;"
        f"engine = ProcessEngine([bk.spec(Path({str(tmp_path)!r}))]);"
        "engine._wait_ready(next(iter(engine._living)), Control(30));"
        "print(next(iter(engine._living))._process.pid, flush=True);"
        "task = BatchTask(id='a', question='Hello! Please hang at number 1.');"
        "engine.ask(TaskRequest(task, None, False, 30),"
        " Control(30))"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    worker = int(owner.stdout.readline())
    assert alive(worker)
    owner.kill()
    owner.communicate()
    end = time.monotonic() + 10
    while alive(worker) and time.monotonic() < end:
        time.sleep(0.02)
    assert not alive(worker)


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_the_key_of_a_server_crosses_in_the_pipe_only(tmp_path: Path) -> None:
    secret = Settings(home=tmp_path, api_key="hush-hush", offline=True)
    spec = WorkerSpec(secret, "a:b")
    assert WorkerSpec.from_json(spec.to_json()).settings.api_key.get_secret_value() == "hush-hush"
    assert "hush-hush" not in repr(spec)
