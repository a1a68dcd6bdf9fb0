"""The command line of the chat page."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.cli.app import app
from looktwice.errors import UsageError
from looktwice.ui.web.passwords import PasswordFile
from typer.testing import CliRunner


def test_a_user_is_added_without_the_password_on_the_command_line(tmp_path: Path) -> None:
    users = tmp_path / "users"
    done = CliRunner().invoke(
        app, ["ui", "--auth", str(users), "--add-user", "ann"], input="correct horse\n" * 2
    )
    assert done.exit_code == 0, done.output
    assert "ann can log in" in done.output
    assert "correct horse" not in done.output
    assert PasswordFile(users).verify("ann", "correct horse")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--add-user", "ann"], "--auth FILE"),
        (["--host", "0.0.0.0"], "passwords"),
        (["--auth", "missing"], "--add-user"),
    ],
)
def test_wrong_calls_say_what_to_do(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("looktwice.agent.assistant.Assistant.warm", lambda self: None)
    with pytest.raises(UsageError, match=said):
        CliRunner().invoke(app, ["ui", "--port", "0", *arguments], catch_exceptions=False)
