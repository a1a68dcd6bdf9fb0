"""`looktwice ask`: what it prints, where, and which exit code it leaves."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from looktwice.agent import assistant as assistant_module
from looktwice.agent.assistant import Assistant
from looktwice.schema import Answer, Picture
from looktwice.tools.base import tool
from PIL import Image

from ..agent.backends.fake_server import FakeServer
from .cli_kit import HELLO, TOTAL, Run

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_a_question_without_pictures(ask: Run) -> None:
    done = ask(HELLO)
    assert done.code == 0, done.err
    assert "The total is 8.20." in done.out
    assert "Answered" in done.out
    assert done.err == ""


def test_a_question_about_a_picture_shows_its_evidence(ask: Run, photo: Path) -> None:
    done = ask(TOTAL, photo)
    assert done.code == 0, done.err
    assert "The total is 8.20." in done.out
    assert "✓ read_text(" in done.out
    assert "E1 in receipt.png: “Total 8.20” at (10,40)-(90,60)" in done.out


@pytest.mark.parametrize("with_picture", [True, False])
def test_json_is_one_answer_and_nothing_else(ask: Run, photo: Path, with_picture: bool) -> None:
    done = ask("--json", TOTAL if with_picture else HELLO, *[photo] * with_picture)
    assert done.code == 0
    assert done.err == ""
    assert len(done.out.splitlines()) == 1
    answer = Answer.model_validate_json(done.out)
    assert answer.status == "answered"
    assert [p.name for p in answer.pictures] == ["receipt.png"] * with_picture
    assert bool(answer.citations) is with_picture
    assert answer.model == "fake-model"


def test_the_answer_names_the_pack_that_was_used(ask: Run) -> None:
    assert Answer.model_validate_json(ask(HELLO, "--json").out).pack == "server"


def test_one_bad_file_among_good_ones(ask: Run, photo: Path) -> None:
    Path("broken.jpg").write_bytes(b"no picture at all")
    done = ask(TOTAL, "broken.jpg", photo, "missing.png", "--json")
    assert done.code == 1
    assert [p.name for p in Answer.model_validate_json(done.out).pictures] == ["receipt.png"]
    said = [line for line in done.err.splitlines() if line.startswith("looktwice: ")]
    assert ["broken.jpg" in said[0], "missing.png" in said[-1], len(said)] == [True, True, 2], done


def test_no_good_file_is_no_question(ask: Run, server: FakeServer) -> None:
    done = ask(TOTAL, "missing.png", "--json")
    assert done.code == 1
    assert done.out == ""
    assert "missing.png" in done.err
    assert server.chats == []


def test_a_folder_is_no_picture(ask: Run) -> None:
    Path("folder").mkdir()
    done = ask(TOTAL, "folder")
    assert done.code == 1
    assert done.err.startswith("looktwice: folder: ")


def test_an_empty_question(ask: Run) -> None:
    done = ask("  ")
    assert done.code == 2
    assert "question" in done.err


def test_trace_shows_every_step(ask: Run, photo: Path) -> None:
    done = ask(TOTAL, photo, "--trace")
    steps = [line.split()[2] for line in done.out.splitlines() if line.count(" s  ") == 2]
    assert steps == ["intake", "plan", "act", "gate", "draft", "check", "finish"]
    assert not any(f" {node} " in ask(TOTAL, photo).out for node in steps)


def test_annotated_pictures_are_saved(ask: Run, photo: Path) -> None:
    done = ask(TOTAL, photo, "--save-annotated", "out")
    (saved,) = Path("out").iterdir()
    assert done.code == 0
    assert f"saved {saved}" in done.out
    with Image.open(saved) as drawn:
        assert len(drawn.convert("RGB").getcolors(1_000_000) or ()) > 1  # no longer only white


def test_with_json_the_saved_pictures_are_told_on_standard_error(ask: Run, photo: Path) -> None:
    done = ask(TOTAL, photo, "--save-annotated", "out", "--json")
    Answer.model_validate_json(done.out)
    assert "saved out" in done.err


def test_a_folder_that_cannot_be_written(ask: Run, photo: Path) -> None:
    Path("out").write_text("a file")
    done = ask(TOTAL, photo, "--save-annotated", "out")
    assert done.code == 2
    assert "out" in done.err


def test_a_session_remembers(ask: Run, server: FakeServer, photo: Path) -> None:
    assert ask(TOTAL, photo, "--session", "shopping").code == 0
    asked_before = len(server.chats)
    done = ask("And the bread?", "--session", "shopping", "--json")
    said = json.dumps([chat.body for chat in server.chats[asked_before:]])
    assert TOTAL in said
    assert [p.name for p in Answer.model_validate_json(done.out).pictures] == ["receipt.png"]


def test_other_sessions_and_no_session_remember_nothing(
    ask: Run, server: FakeServer, photo: Path
) -> None:
    ask(TOTAL, photo, "--session", "shopping")
    asked_before = len(server.chats)
    ask(HELLO, "--session", "other")
    ask(HELLO)
    assert TOTAL not in json.dumps([chat.body for chat in server.chats[asked_before:]])


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 201])
def test_a_session_needs_a_usable_name(ask: Run, name: str) -> None:
    done = ask(HELLO, "--session", name)
    assert done.code == 2
    assert "session" in done.err


def test_a_tool_that_fails_is_told_and_the_run_goes_on(
    ask: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @tool(name="read_text")
    def broken(picture: Picture) -> str:
        """Read all text in a picture."""
        raise RuntimeError("the lamp is out")

    monkeypatch.setattr(assistant_module, "default_tools", lambda *_, **__: [broken])
    done = ask(TOTAL, photo)
    assert "✗ read_text(" in done.out
    assert "the lamp is out" in done.out
    assert done.code == 0
    assert "seen by the model" in done.out  # the model sees the picture itself


def test_a_server_that_is_not_there(
    run: Run, no_weights: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKTWICE_REQUEST_SECONDS", "0.5")  # it is tried again until then
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
    done = run("ask", HELLO, "--model", address)
    assert done.code == 1
    assert done.out.strip() == ""
    assert address in done.err
    assert len(done.err.splitlines()) == 1


def test_a_server_that_fails_gives_a_failed_answer(ask: Run, server: FakeServer) -> None:
    module = sys.modules[type(server).__module__]
    server.always = module.Turn(status=400, message="no such thing")
    done = ask(HELLO, "--json")
    assert done.code == 1
    assert Answer.model_validate_json(done.out).status == "failed"
    assert "Traceback" not in done.err


def test_offline_forbids_other_machines(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")
    done = run("ask", HELLO, "--model", "http://gpu.example:8000/v1")
    assert done.code == 1
    assert "offline" in done.err.lower()


def test_missing_weights_name_the_command_that_fetches_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")
    done = run("ask", HELLO, "--pack", "starter")
    assert done.code == 1
    assert "looktwice models pull starter" in done.err
    assert run("models", "pull", "starter").code == 1


def test_interrupted(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Assistant, "stream", interrupted)
    assert ask(HELLO) == (130, "", "looktwice: interrupted\n")


def start_and_wait_for(arrived: Callable[[], object], address: str) -> subprocess.Popen[str]:
    """A real process that asks a server, once its request has arrived there."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import cli_kit\n"
        "from looktwice.agent import assistant\nfrom looktwice.cli import app\n"
        "assistant.Assistant = cli_kit.LightAssistant\n"
        f"sys.argv = ['looktwice', 'ask', {HELLO!r}, '--model', {address!r}]\n"
        "app.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    arrived()
    return process


def interrupt(process: subprocess.Popen[str], seconds: float) -> int | None:
    """Its exit code after Ctrl-C, or None if it is still there after so long."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    return process.returncode


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_while_the_model_answers(server: FakeServer) -> None:
    module = sys.modules[type(server).__module__]
    hold = module.threading.Event()
    server.always = module.Turn(hold=hold)
    process = start_and_wait_for(lambda: server.arrived.wait(30), server.address)
    assert server.arrived.is_set()
    assert interrupt(process, seconds=20) == 130
    hold.set()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_while_the_server_does_not_say_who_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        process = start_and_wait_for(silent.accept, address)
        assert interrupt(process, seconds=20) == 130
