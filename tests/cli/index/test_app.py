"""The command group of an index."""

from __future__ import annotations

import sys

import pytest
from looktwice.cli import app

COMMANDS = "add update remove list show search stats verify rebuild serve".split()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_wants_an_index(
    command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    calls: list[tuple[list[str], int, str]] = [(["--help"], 0, "--index"), ([], 2, "")]
    for words, code, said in calls:
        monkeypatch.setattr(sys, "argv", ["looktwice", "index", command, *words])
        with pytest.raises(SystemExit) as end:
            app.main()
        told = capfd.readouterr()
        assert end.value.code == code
        assert said in told.out
        assert "Traceback" not in told.err
