"""Where MCP servers may be named: not in a folder that may be somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.settings import Settings

COMMAND = '[mcp_servers.shop]\ncommand = "shop"\nargs = ["--quiet"]\n'


def test_a_working_folder_starts_no_programs(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "looktwice.toml").write_text(COMMAND)
    with pytest.raises(UsageError, match=r"mcp_servers.shop names a program .* LOOKTWICE_HOME"):
        Settings.load()


def test_a_working_folder_may_name_addresses(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "looktwice.toml").write_text('[mcp_servers.shop]\nurl = "http://127.0.0.1/mcp"\n')
    assert Settings.load().mcp_servers["shop"].url


def test_the_users_own_folder_names_them(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what the working folder says wins where both say something."""
    monkeypatch.chdir(tmp_path)
    (home / "looktwice.toml").write_text("threads = 3\n[limits]\nrounds = 4\n" + COMMAND)
    (tmp_path / "looktwice.toml").write_text("threads = 5\n")
    settings = Settings.load()
    assert settings.mcp_servers["shop"].args == ("--quiet",)
    assert (settings.threads, settings.limits.rounds) == (5, 4)


@pytest.mark.parametrize("server", [{}, {"command": "x", "url": "http://a/"}, {"url": "ftp://a"}])
def test_a_server_is_reached_in_one_way(server: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="mcp_servers"):
        Settings.load(mcp_servers={"shop": server})


def test_secrets_are_not_shown() -> None:
    given = {"shop": {"url": "http://a/", "token": "SECRET", "env": {"KEY": "SECRET"}}}
    assert "SECRET" not in repr(Settings.load(mcp_servers=given))
