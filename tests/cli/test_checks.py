"""`looktwice checks`."""

from __future__ import annotations

import json

import pytest
from looktwice.agent.verification.registry import CHECKS
from looktwice.cli.checks import checks
from looktwice.errors import UsageError


def test_every_check_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    checks()
    shown = capsys.readouterr().out
    assert all(check.name in shown for check in CHECKS)
    assert "(off)" not in shown


def test_one_that_is_off_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKTWICE_CHECKS__DISABLED", '["numbers"]')
    checks()
    assert "numbers (off)" in capsys.readouterr().out
    checks(as_json=True)
    listed = json.loads(capsys.readouterr().out)
    assert {item["name"] for item in listed if not item["on"]} == {"numbers"}


def test_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKTWICE_CHECKS__DISABLED", '["nonsense"]')
    with pytest.raises(UsageError, match="no check named nonsense"):
        checks()
