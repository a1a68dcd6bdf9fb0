"""The core alone in an empty environment: small, quick, and it answers by asking a model server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .agent.backends.fake_server import FakeServer, Turn
from .wheel_kit import build_wheel

pytestmark = pytest.mark.slow

MOST_MEGABYTES = 150
MOST_SECONDS = 0.2

COMMANDS = {
    "local": ["ask", "How many?"],
    "embedders": ["models", "pull", "starter"],
    "index": ["index", "list", "--index", "nowhere"],
    "ui": ["ui"],
    "serve": ["serve"],
    "mcp": ["mcp"],
    "evals": ["eval", "suites"],
}
"""For each extra a command that needs it."""


class Core:
    """An environment with nothing but the core.

    Attributes:
        site: its site-packages.
    """

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False)
        bin_ = folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = bin_ / "python"
        self.home = folder / "home"
        self.site = Path(self.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))

    def run(self, *words: str, code: int = 0) -> str:
        """What Python says on standard output; on standard error too where it fails as expected."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LOOKTWICE"))}
        done = subprocess.run(
            [self.python, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd=self.python.parent,  # not the repository, whose parent holds the same name
            env={**kept, "LOOKTWICE_HOME": str(self.home)},
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout.strip() if code == 0 else (done.stdout + done.stderr).strip()

    def looktwice(self, *words: str, code: int = 0) -> str:
        return self.run("-m", "looktwice", *words, code=code)


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    folder = tmp_path_factory.mktemp("core")
    pip = [sys.executable, "-m", "pip"]
    reached = subprocess.run(
        [*pip, "download", "--no-deps", "--dest", str(folder / "reached"), "typer"],
        capture_output=True,
        text=True,
        check=False,
    )
    if reached.returncode != 0:
        pytest.skip(f"no package index can be reached: {reached.stderr.strip()[-200:]}")
    made = Core(folder / "env")
    done = subprocess.run(
        [*pip, "--python", str(made.python), "install", str(build_wheel(folder))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return made


@pytest.fixture
def red(tmp_path: Path) -> str:
    Image.new("RGB", (80, 60), "red").save(tmp_path / "red.png")
    return str(tmp_path / "red.png")


def says(text: str) -> Any:
    """A server's model that plans nothing, is sure of everything and answers this."""

    def turn(body: dict[str, Any]) -> Turn:
        if body.get("logprobs"):
            return Turn("yes", logprobs={"yes": 0.9, "no": 0.1})
        return Turn('{"stages": []}' if "response_format" in body else text)

    return turn


def test_it_is_small(core: Core) -> None:
    """As `du` counts, compiled files and folders among them."""
    blocks = [path.lstat() for path in (core.site, *core.site.rglob("*"))]
    taken = sum(getattr(each, "st_blocks", each.st_size // 512) * 512 for each in blocks)
    assert taken <= MOST_MEGABYTES * 2**20


def test_what_only_extras_bring_is_not_there(core: Core) -> None:
    there = {path.name for path in core.site.iterdir()}
    heavy = {
        "torch",
        "numpy",
        "transformers",
        "ultralytics",
        "paddleocr",
        "chromadb",
        "gradio",
        "ray",
    }
    assert "looktwice" in there
    assert not there & heavy


def test_it_is_imported_quickly(core: Core) -> None:
    code = "import time; t = time.perf_counter(); import looktwice; print(time.perf_counter() - t)"
    assert min(float(core.run("-c", code)) for _ in range(3)) <= MOST_SECONDS


def test_it_answers_a_question_through_a_server(core: Core) -> None:
    with FakeServer() as server:
        server.always = says("Paris.")
        told = core.looktwice(
            "ask", "What is the capital of France?", "--model", server.address, "--json"
        )
    answer = json.loads(told)
    assert (answer["text"], answer["status"]) == ("Paris.", "answered")


def test_it_answers_a_question_about_a_picture(core: Core, red: str) -> None:
    with FakeServer() as server:
        server.always = says("A red square.")
        told = core.looktwice(
            "ask", "What is in the picture?", red, "--model", server.address, "--json"
        )
        sent = [
            part for chat in server.chats for m in chat.body["messages"] for part in m["content"]
        ]
    assert json.loads(told)["text"] == "A red square."
    assert any(isinstance(part, dict) and part["type"] == "image_url" for part in sent)


def test_a_conversation_is_remembered(core: Core) -> None:
    with FakeServer() as server:
        server.always = says("Paris.")
        for question in ("What is the capital of France?", "And of that, the river?"):
            words = ("--model", server.address, "--session", "trip", "--json")
            core.looktwice("ask", question, *words)
        asked = json.dumps([chat.body for chat in server.chats[1:]])
    assert "capital of France" in asked


def test_a_program_can_bring_its_own_tools(core: Core) -> None:
    code = (
        "from looktwice import Assistant, tool\n"
        "@tool\n"
        "def stock(item: str) -> str:\n"
        '    """Tell how many there are.\n\n    Args:\n        item: of what.\n    """\n'
        "    return '7 of them'\n"
        "with Assistant.from_settings(model='127.0.0.1:9', tools=[stock]) as assistant:\n"
        "    print(sorted(assistant.tools))"
    )
    assert core.run("-c", code) == "['calculate', 'stock']"


def test_tools_that_are_not_installed_are_named(core: Core) -> None:
    assert [tool["name"] for tool in json.loads(core.looktwice("tools", "--json"))] == ["calculate"]


def test_the_doctor_finds_a_client_of_a_server_well(core: Core) -> None:
    code = (
        "import json\nfrom looktwice.cli.diagnosis import report\n"
        "from looktwice.settings import Settings\n"
        "found = report(Settings(model='http://127.0.0.1:9/v1'))\n"
        "print(json.dumps([[f.name, f.ok, f.found] for f in found]))"
    )
    found = {name: (ok, words) for name, ok, words in json.loads(core.run("-c", code))}
    assert all(ok for ok, _ in found.values())
    assert found["extra experts"][1].endswith("run: pip install 'looktwice[experts]'")
    assert "not installed" in core.looktwice("doctor", code=1)  # without a server it needs a model


@pytest.mark.parametrize("extra", COMMANDS)
def test_what_is_missing_is_said_in_one_line(core: Core, extra: str) -> None:
    told = core.looktwice(*COMMANDS[extra], code=2)
    assert told.endswith(f"pip install 'looktwice[{extra}]'")
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("words", [["--help"], ["index", "add", "--help"], ["eval", "--help"]])
def test_help_is_there_all_the_same(core: Core, words: list[str]) -> None:
    assert "Usage" in core.looktwice(*words)


def test_a_public_name_says_what_it_needs(core: Core) -> None:
    code = (
        "import looktwice\n"
        "try:\n    looktwice.Index\n"
        "except looktwice.UsageError as error:\n    print(error)"
    )
    assert core.run("-c", code).endswith("pip install 'looktwice[index]'")
