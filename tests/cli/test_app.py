"""The command line as a whole: its help, its exit codes, and errors of one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from looktwice import __version__

from .cli_kit import HELLO, Run

pytestmark = pytest.mark.usefixtures("elsewhere")


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


@pytest.mark.parametrize("command", [["models", "list"], ["tools"], ["doctor"]])
def test_lists_are_one_line_of_json(run: Run, command: list[str]) -> None:
    done = run(*command, "--json")
    assert len(done.out.splitlines()) == 1
    assert done.err == ""
    assert "\x1b" not in run(*command).out
