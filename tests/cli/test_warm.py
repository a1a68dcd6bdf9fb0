"""Commands ask the warm program where it agrees, and say why where they do not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.batch.engine import TaskRequest
from looktwice.agent.batch.results import TaskFailure
from looktwice.agent.batch.tasks import BatchTask
from looktwice.cli.index import look
from looktwice.cli.warm_engine import WarmEngine
from looktwice.control import Control
from looktwice.schema import Answer
from looktwice.settings import Settings
from looktwice.ui.service import client
from looktwice.ui.service.client import Service, find_service

from ..agent import kit
from ..ui.api_kit import wait_until
from ..ui.service.kit import warm_program
from .cli_kit import HELLO, TOTAL, Run
from .index.index_cli_kit import WordEmbedder, pdf, use


@pytest.fixture
def warm_home(elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder whose path is short enough for a socket; the warm program may take its time."""
    home = Path(tempfile.mkdtemp(prefix="lt-"))
    for name, value in (("HOME", str(home)), ("OFFLINE", "1"), ("PACK", "starter")):
        monkeypatch.setenv(f"LOOKTWICE_{name}", value)
    monkeypatch.setattr(client, "FIND_SECONDS", 20.0)
    monkeypatch.setattr(find_service, "__defaults__", (20.0,))
    yield home
    shutil.rmtree(home)


def test_ask_lets_the_warm_program_answer(
    warm_home: Path, run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(WordEmbedder, monkeypatch)
    Path("lease.pdf").write_bytes(pdf("The lease ends in March 2031."))
    draft = lambda messages: "March 2031" if "March" in messages[-1].text else "8.20"  # noqa: E731
    with warm_program(warm_home, kit.Script(says={"draft": draft})):
        done = run("ask", TOTAL, photo)
        assert (done.code, done.err) == (0, "")
        assert "8.20" in done.out
        assert "s in all)" in done.out
        Path("broken.pdf").write_bytes(b"%PDF-1.7")
        done = run("ask", "When does the lease end?", "lease.pdf", "broken.pdf", "--json")
        assert done.code == 1
        assert "broken.pdf" in done.err
        assert Answer.model_validate_json(done.out).citations[0].source.document == "lease.pdf"


def test_with_other_settings_it_says_so_and_works_alone(
    warm_home: Path, ask: Run, photo: Path
) -> None:
    with warm_program(warm_home):
        done = ask(TOTAL, photo, "--json")
        assert Answer.model_validate_json(done.out).text == "The total is 8.20."
        (line,) = done.err.splitlines()
        assert "not asked: it runs with other settings (model)" in line


def test_a_task_of_an_extraction(warm_home: Path) -> None:
    hangs = kit.EndlessModel(kit.Script())
    with warm_program(warm_home, hangs):
        service = find_service(Settings.load())
        assert isinstance(service, Service)
        engine = WarmEngine(service)
        asked = TaskRequest(
            BatchTask(id="a", question=HELLO, documents=("gone.pdf",)), None, False, 9
        )
        failure = engine.ask(asked, Control())
        assert isinstance(failure, TaskFailure)
        assert "no such document" in failure.message


def test_index_search_lets_the_warm_program_search(
    warm_home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(WordEmbedder, monkeypatch)
    Path("lease.pdf").write_bytes(pdf("The lease ends in March 2031."))
    assert run("index", "add", "lease.pdf", "--index", "ix").code == 0
    with warm_program(warm_home) as assistant:
        assistant._library._embedders = assistant._given._embedders
        monkeypatch.setattr(look, "reading", None)  # nothing is opened here
        done = run("index", "search", "lease", "--index", "ix", "--json")
        assert (done.code, done.err) == (0, "")
        assert [hit["document"] for hit in json.loads(done.out)] == ["lease.pdf"]
        done = run("index", "search", "lease", "--index", "nowhere")
        assert done.code == 2
        assert "nowhere" in done.err


def test_extract_lets_the_warm_program_read(
    warm_home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("bill.txt").write_text("number: A-7\nTotal 8.20\n", "utf-8")
    asked: list[str] = []
    task = Service.task

    def watched(*given: Any) -> Any:
        asked.append(given[1])
        return task(*given)

    monkeypatch.setattr(Service, "task", watched)
    script = kit.Script({"plan": {"number": "A-7", "total": 8.2}})
    with warm_program(warm_home, script):
        words = ("extract", "--fields", "number, total: money", "bill.txt", "-o", "out.jsonl")
        done = run(*words)
    assert done.code == 0, done.err
    assert len(asked) == 1
    line = json.loads(Path("out.jsonl").read_text("utf-8"))
    assert line["record"] == {"number": "A-7", "total": 8.2}
    assert line["fields"][1]["quote"] == "8.20"


CHILD = """
import sys
from pathlib import Path
from looktwice.tests.agent import kit
from looktwice.ui.service import launch
from looktwice.cli import app

launch.Assistant = lambda settings, index=None: kit.make_assistant(settings.home)
sys.argv = ["looktwice", "up", "--foreground"]
app.main()
"""


def test_up_and_down(warm_home: Path, run: Run) -> None:
    assert run("down").out == "No warm program runs.\n"
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stderr=subprocess.PIPE, text=True
    ) as child:
        wait_until(lambda: isinstance(find_service(Settings.load()), Service), 120)
        assert run("up").out.startswith(f"The warm program runs already (process {child.pid})")
        assert run("down").out == "The warm program has ended.\n"
        _, log = child.communicate(timeout=60)
    assert child.returncode == 0
    assert [json.loads(line)["event"] for line in log.splitlines()][:2] == [
        "loading the models",
        "listening",
    ]
    assert os.listdir(warm_home / "service") == []
