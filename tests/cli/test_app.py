"""The command line: what it prints, where, and which exit code it leaves."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from looktwice import __version__
from looktwice.agent import assistant as assistant_module
from looktwice.agent.assistant import Assistant
from looktwice.cli import app
from looktwice.schema import Answer, Box, Evidence, Picture, TextLine
from looktwice.tools.base import tool
from looktwice.weights import registry
from PIL import Image

TOTAL = "What is the total on this receipt?"
HELLO = "Hello!"
SEEN = "Corner Shop\nBread 3.10\nTotal 8.20"


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


class WordEmbedder:
    """Questions as bags of hashed words, in place of the pack's embedder."""

    def embed(self, texts: Sequence[str]) -> Any:
        rows = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % 256] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


LightAssistant = functools.partial(Assistant, embedder=WordEmbedder())


@tool
def read_text(picture: Picture) -> Evidence:
    """Read all text in a picture."""
    box = Box(x1=10, y1=40, x2=90, y2=60)
    line = TextLine(text="Total 8.20", score=0.9, box=box)
    return Evidence(kind="text", text=SEEN, boxes=(box,), lines=(line,), score=0.9)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, so that no looktwice.toml is found that a test did not write."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Call the command line in this process."""

    def call(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["looktwice", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            app.main()
        code = end.value.code
        assert isinstance(code, int)
        return Done(code, *capfd.readouterr())

    return call


def fake_server() -> Any:
    path = Path(__file__).parents[1] / "agent" / "backends" / "fake_server.py"
    spec = importlib.util.spec_from_file_location("_cli_fake_server", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def server() -> Iterator[Any]:
    """A chat model on loopback: yes to every gate, and the same answer to every question."""
    module = fake_server()

    def turn(body: dict[str, Any]) -> Any:
        if body.get("logprobs"):
            return module.Turn("yes", logprobs={"yes": 0.9, "no": 0.1})
        return module.Turn("The total is 8.20.")

    with module.FakeServer() as running:
        running.always = turn
        yield running


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins for the only weights that a run with a server still needs."""
    monkeypatch.setattr(assistant_module, "Assistant", LightAssistant)
    monkeypatch.setattr(assistant_module, "default_tools", lambda *_, **__: [read_text])


@pytest.fixture
def ask(run: Run, server: Any, no_weights: None) -> Run:
    """`looktwice ask ... --model` with the fake server."""
    return lambda *words: run("ask", *words, "--model", server.address)


@pytest.fixture
def photo() -> Path:
    """receipt.png in the working folder."""
    Image.new("RGB", (100, 80), "white").save("receipt.png")
    return Path("receipt.png")


# --- the frame ----------------------------------------------------------------------------------


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"{__version__}\n", "")


@pytest.mark.parametrize("command", ["ask", "demo", "models", "tools", "doctor"])
def test_every_command_is_in_the_help_and_has_its_own(run: Run, command: str) -> None:
    assert command in run("--help").out
    done = run(command, "--help")
    assert done.code == 0
    assert "Usage" in done.out
    assert done.err == ""


@pytest.mark.parametrize("words", [[], ["models"]])
def test_no_command_shows_the_help_and_is_wrong(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert done.code == 2
    assert "Usage" in done.out + done.err
    assert "looktwice: \n" not in done.err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--nonsense"], "--nonsense"),
        (["nonsense"], "nonsense"),
        (["ask"], "question"),
        (["ask", HELLO, "--nonsense"], "--nonsense"),
        (["ask", HELLO, "--pack"], "--pack"),
        (["ask", HELLO, "--pack", "huge"], "pack"),
        (["ask", HELLO, "--model", "no-such-model"], "no-such-model"),
        (["ask", HELLO, "--pack", "server"], "server"),
        (["models", "nonsense"], "nonsense"),
        (["models", "verify", "nonsense"], "pack"),
        (["models", "pull", "nonsense"], "pack"),
        (["tools", "extra"], "extra"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(run: Run, words: list[str], named: str) -> None:
    done = run(*words)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("looktwice: ")
    assert named in done.err
    assert len(done.err.splitlines()) == 1


def test_the_same_from_a_shell(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "looktwice", "ask", HELLO, "no-such.jpg", "--pack", "starter"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("looktwice: no-such.jpg: ")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_pipe_gets_utf_8_whatever_the_system_speaks(encoding: str) -> None:
    """Windows gives pipes the code page of the country."""
    done = subprocess.run(
        [sys.executable, "-m", "looktwice", "ask", HELLO, "東京.jpg", "--pack", "starter"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
    )
    assert done.returncode == 1
    assert "東京.jpg" in done.stderr.decode("utf-8")


# --- ask ----------------------------------------------------------------------------------------


def test_a_question_without_pictures(ask: Run) -> None:
    done = ask(HELLO)
    assert done.code == 0, done.err
    assert "The total is 8.20." in done.out
    assert "answered" in done.out
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
    first, second = done.err.splitlines()
    assert "broken.jpg" in first
    assert "missing.png" in second


def test_no_good_file_is_no_question(ask: Run, server: Any) -> None:
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


def test_a_session_remembers(ask: Run, server: Any, photo: Path) -> None:
    assert ask(TOTAL, photo, "--session", "shopping").code == 0
    asked_before = len(server.chats)
    done = ask("And the bread?", "--session", "shopping", "--json")
    said = json.dumps([chat.body for chat in server.chats[asked_before:]])
    assert TOTAL in said
    assert [p.name for p in Answer.model_validate_json(done.out).pictures] == ["receipt.png"]


def test_other_sessions_and_no_session_remember_nothing(ask: Run, server: Any, photo: Path) -> None:
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
    assert done.code == 0  # a decline is an answer too
    assert "declined" in done.out


# --- the server ---------------------------------------------------------------------------------


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


def test_a_server_that_fails_gives_a_failed_answer(ask: Run, server: Any) -> None:
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


# --- settings -----------------------------------------------------------------------------------


def test_nested_settings_from_the_environment(
    ask: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKTWICE_LIMITS__MODEL_CALLS", "1")
    done = ask(TOTAL, photo, "--json")
    answer = Answer.model_validate_json(done.out)
    assert (answer.stop_reason, answer.usage.model_calls) == ("budget", 1)
    assert done.code == 1


def test_nested_settings_from_the_file(ask: Run, photo: Path) -> None:
    Path("looktwice.toml").write_text("[limits]\nmodel_calls = 1\n", encoding="utf-8")
    answer = Answer.model_validate_json(ask(TOTAL, photo, "--json").out)
    assert answer.stop_reason == "budget"


def test_the_environment_is_stronger_than_the_file_and_arguments_than_both(
    run: Run, monkeypatch: pytest.MonkeyPatch, server: Any, no_weights: None
) -> None:
    Path("looktwice.toml").write_text('model = "from-the-file"\n', encoding="utf-8")
    assert "from-the-file" in run("ask", HELLO).err
    monkeypatch.setenv("LOOKTWICE_MODEL", "from-the-environment")
    assert "from-the-environment" in run("ask", HELLO).err
    assert run("ask", HELLO, "--model", server.address).code == 0


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("nonsense = 1", "nonsense"),
        ("limits = 3", "limits"),
        ("[limits]\nrounds = -1", "limits.rounds"),
        ('[limits]\nrounds = "many"', "limits.rounds"),
        ("[limits]\nronds = 1", "limits.ronds"),
        ('pack = "huge"', "pack"),
        ("[thresholds]\nsupported = 2", "thresholds.supported"),
    ],
)
@pytest.mark.parametrize("command", [["tools"], ["doctor"], ["ask", HELLO], ["models", "list"]])
def test_a_wrong_settings_file_names_the_field(
    run: Run, text: str, field: str, command: list[str]
) -> None:
    Path("looktwice.toml").write_text(text, encoding="utf-8")
    done = run(*command)
    assert done.code == 2
    assert f"{field}: " in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("LIMITS__ROUNDS", "many", "limits.rounds"),
        ("LIMITS__RONDS", "1", "limits.ronds"),
        ("LIMITS", "nonsense", "limits"),
        ("PACK", "huge", "pack"),
        ("OFFLINE", "perhaps", "offline"),
    ],
)
def test_a_wrong_variable_names_the_field(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str
) -> None:
    monkeypatch.setenv(f"LOOKTWICE_{name}", value)
    done = run("tools")
    assert done.code == 2
    assert field in done.err


def test_a_settings_file_that_is_no_toml(run: Run) -> None:
    Path("looktwice.toml").write_text('pack = "starter', encoding="utf-8")
    done = run("tools")
    assert done.code == 2
    assert done.err.startswith("looktwice: settings: ")


def test_a_settings_file_that_is_no_toml_is_named(run: Run) -> None:
    Path("looktwice.toml").write_text('pack = "starter', encoding="utf-8")
    assert "looktwice.toml" in run("tools").err


def test_a_home_that_is_no_folder(run: Run, ask: Run, photo: Path, monkeypatch: Any) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("LOOKTWICE_HOME", "file")
    done = ask(TOTAL, photo)
    assert done.code in (1, 2)
    assert "LOOKTWICE_HOME" in done.err
    assert len(done.err.splitlines()) == 1


# --- stopping -----------------------------------------------------------------------------------


def test_interrupted(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Assistant, "stream", interrupted)
    assert ask(HELLO) == (130, "", "looktwice: interrupted\n")


def start_and_wait_for(arrived: Callable[[], object], address: str) -> subprocess.Popen[str]:
    """A real process that asks a server, once its request has arrived there."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_app as t\n"
        "t.assistant_module.Assistant = t.LightAssistant\n"
        f"sys.argv = ['looktwice', 'ask', {HELLO!r}, '--model', {address!r}]\n"
        "t.app.main()"
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
def test_ctrl_c_while_the_model_answers(server: Any) -> None:
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


# --- lists --------------------------------------------------------------------------------------


def test_models_list(run: Run) -> None:
    done = run("models", "list", "--json")
    listed = json.loads(done.out)
    assert done.code == 0
    assert [w["name"] for w in listed] == list(registry.CATALOGUE)
    assert {w["status"] for w in listed} == {"missing"}
    assert all(w["licence"] and w["homepage"] and w["purpose"] for w in listed)
    shown = run("models", "list").out
    assert all(name in shown for name in registry.CATALOGUE)


def test_models_verify_tells_missing_weights_by_its_exit_code(run: Run) -> None:
    done = run("models", "verify", "starter", "--json")
    assert done.code == 1
    assert {w["name"] for w in json.loads(done.out)} == set(registry.PACKS["starter"].values())


def test_tools(run: Run) -> None:
    done = run("tools", "--json")
    assert done.code == 0
    listed = json.loads(done.out)
    names = [t["name"] for t in listed]
    assert names == ["detect_objects", "read_text", "look_closer", "calculate"]
    for t in listed:
        assert set(t) == {"name", "description", "parameters", "needs_picture"}
        assert t["parameters"]["type"] == "object"
    shown = run("tools").out
    assert all(name in shown for name in names)


def test_tools_of_mcp_servers_are_listed_too(
    run: Run, home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = (
        "from mcp.server import MCPServer\n"
        'mcp = MCPServer("shop", log_level="ERROR")\n'
        "@mcp.tool()\n"
        "def price(article: int) -> str:\n"
        '    """What an article costs."""\n'
        '    return "1 euro"\n'
        "mcp.run()\n"
    )
    (tmp_path / "shop.py").write_text(program)
    home.mkdir(exist_ok=True)
    (home / "looktwice.toml").write_text(
        f"[mcp_servers.shop]\ncommand = {sys.executable!r}\nargs = [{str(tmp_path / 'shop.py')!r}]\n"
        "[mcp_servers.gone]\ncommand = 'no-such-program'\n"
    )
    done = run("tools", "--json")
    assert done.code == 0
    assert [t["name"] for t in json.loads(done.out)][-1] == "shop_price"
    assert "MCP server gone" in caplog.text


def test_doctor(run: Run) -> None:
    done = run("doctor", "--json")
    found = json.loads(done.out)
    assert done.code == (0 if all(f["ok"] for f in found) else 1)
    assert done.code == 1  # the weights are missing in this empty home
    missing = [f for f in found if f["name"].startswith("weights ")]
    assert missing
    assert all(f["mend"].startswith("looktwice models pull") for f in missing)
    shown = run("doctor").out
    assert all(f["name"].split()[-1] in shown for f in found)


@pytest.mark.parametrize("command", [["models", "list"], ["tools"], ["doctor"]])
def test_lists_are_one_line_of_json(run: Run, command: list[str]) -> None:
    done = run(*command, "--json")
    assert len(done.out.splitlines()) == 1
    assert done.err == ""
    assert "\x1b" not in run(*command).out
