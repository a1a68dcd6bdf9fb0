"""`looktwice batch run`: what it prints, where, and which exit code it leaves."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from looktwice.agent.batch import engines
from looktwice.agent.batch.local import LocalEngine
from looktwice.agent.batch.shared_model import usual_workers
from looktwice.agent.batch.worker import Worker
from looktwice.cli import app
from looktwice.settings import Settings

from ..agent.batch import batch_kit as bk


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Scripted workers in place of real ones; how many were opened each time."""
    counts: list[int] = []

    @contextmanager
    def scripted(settings: Settings, workers: int) -> Iterator[LocalEngine]:
        counts.append(workers)
        yield LocalEngine(Worker(bk.assistant_on(settings)))

    monkeypatch.setattr(engines, "local_engine", scripted)
    return counts


@pytest.fixture
def run(
    opened: list[int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Run:
    monkeypatch.setenv("LOOKTWICE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")
    monkeypatch.setenv("LOOKTWICE_PACK", "starter")
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["looktwice", "batch", "run", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            app.main()
        out, err = capsys.readouterr()
        return Done(int(left.value.code or 0), out, err)

    return call


def test_a_run_and_the_same_again(run: Run, opened: list[int], tmp_path: Path) -> None:
    bk.write_tasks(tmp_path / "t.jsonl", 3)
    first = run("t.jsonl", "-o", "r.jsonl", "--workers", 8)
    assert first.code == 0
    assert "3 tasks asked" in first.out
    assert "3 answered" in first.out
    assert "results in r.jsonl" in first.out
    again = run("t.jsonl", "-o", "r.jsonl")
    assert "0 tasks asked" in again.out
    assert "3 tasks done before" in again.out
    assert opened == [3]  # no more workers than tasks, and none where nothing is left


def test_how_many_at_once_depends_on_who_answers(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, pack="starter", offline=True)
    assert usual_workers(settings) == 1
    assert usual_workers(settings.model_copy(update={"model": "http://127.0.0.1:1/v1"})) > 8


def test_json_is_all_there_is_on_standard_output(run: Run, tmp_path: Path) -> None:
    bk.write_tasks(tmp_path / "t.jsonl", 3)
    with (tmp_path / "t.jsonl").open("a") as file:
        file.write('{"id": "x"}\n')
    done = run("t.jsonl", "-o", "r.csv", "--json", "--limit", 2)
    summary = json.loads(done.out)
    assert done.code == 1
    assert (summary["tasks"], summary["done"], summary["left"]) == (3, 2, 1)
    assert summary["malformed"] == [{"line": 4, "reason": "question is missing"}]
    assert "looktwice: line 4: question is missing; left out" in done.err


def test_failures_are_listed_and_retried(run: Run, tmp_path: Path) -> None:
    task = {"id": "a", "question": "What is this?", "images": ["none.png"]}
    (tmp_path / "t.jsonl").write_text(json.dumps(task) + "\n")
    for more in ((), ("--retry-failed",)):
        done = run("t.jsonl", "-o", "r.jsonl", *more)
        assert done.code == 1
        assert "task a (line 1) failed, bad_input" in done.err
        assert "none.png" in done.err
        assert "--retry-failed" in done.err
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("none.jsonl", "-o", "r.jsonl"), "none.jsonl: the tasks cannot be read"),
        (("t.jsonl", "-o", "r.txt"), "results end in .jsonl or .csv"),
        (("t.jsonl", "-o", "t.jsonl"), "another file than the tasks"),
        (("t.jsonl", "-o", "r.jsonl", "--shard", "3/2"), "expected a part"),
        (("t.jsonl", "-o", "r.jsonl", "--address", "host:1"), "--engine ray"),
        (("t.jsonl", "-o", "r.jsonl", "--workers", "0"), "--workers"),
        (("t.jsonl",), "--output"),
    ],
)
def test_a_wrong_call_is_one_line_and_code_2(
    run: Run, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    bk.write_tasks(tmp_path / "t.jsonl", 1)
    done = run(*words)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


PROGRAM = """
import os, sys, time
from contextlib import contextmanager
from looktwice.tests.agent.batch import batch_kit as bk
from looktwice.agent.batch import engines
from looktwice.agent.batch.local import LocalEngine
from looktwice.agent.batch.worker import Worker
from looktwice.cli import app

seconds, loads = float(sys.argv[1]), sys.argv[2:] == ["loads"]

class Told(LocalEngine):
    def ask(self, request, control):
        os.write(1, b"asks\\n")  # whole: several workers ask at once
        return super().ask(request, control)

@contextmanager
def scripted(settings, workers):
    if loads:
        print("loads", flush=True)
        time.sleep(60)
    yield Told(Worker(bk.assistant_on(settings, bk.scripted(seconds))))

engines.local_engine = scripted
sys.argv = ["looktwice", "batch", "run", "t.jsonl", "-o", "r.jsonl", "--workers", "2"]
app.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_leaves_a_valid_file_and_code_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, presses: int
) -> None:
    """Once: what runs is finished; twice: it is given up, although each call would take a minute."""
    child = start(tmp_path, monkeypatch, "0.2" if presses == 1 else "60")
    assert child.stdout is not None
    assert child.stdout.readline() == "asks\n"
    results = tmp_path / "r.jsonl"
    if presses == 1:
        wait_until(lambda: results.stat().st_size > 0, 300)
    said: list[str] = []
    for _ in range(presses):
        child.send_signal(signal.SIGINT)
        assert child.stderr is not None
        said.append(child.stderr.readline())  # what it says of a press; two at once would be one
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 130
    assert said[0].startswith("looktwice: stopping within 3 s;")
    assert said[1:] == ["looktwice: giving up what runs\n"] * (presses - 1)
    assert "run the same command again to go on" in errors
    assert "Traceback" not in errors
    assert len(bk.results_in(results)) < 40
    assert bool(bk.results_in(results)) == (presses == 1)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_while_models_are_loaded_ends_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = start(tmp_path, monkeypatch, "0", "loads")
    assert child.stdout is not None
    assert child.stdout.readline() == "loads\n"
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=30)
    assert (child.returncode, errors) == (130, "looktwice: interrupted\n")
    assert bk.results_in(tmp_path / "r.jsonl") == []


def start(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> subprocess.Popen[str]:
    """`looktwice batch run` with forty tasks and an assistant of ours."""
    bk.write_tasks(folder / "t.jsonl", 40)
    for name, value in (("HOME", str(folder / "home")), ("OFFLINE", "1"), ("PACK", "starter")):
        monkeypatch.setenv(f"LOOKTWICE_{name}", value)
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
