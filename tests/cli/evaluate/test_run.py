"""The command line of evaluation, as a stranger types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent import backends
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.cli.app import app
from looktwice.errors import UsageError
from looktwice.evals import ablate, runner
from typer.testing import CliRunner

from ...evals import run_kit as rk


@pytest.fixture
def scripted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assistants answer at once."""
    monkeypatch.setenv("LOOKTWICE_PACK", "starter")
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")
    opener = rk.opener()
    monkeypatch.setattr(runner, "assistant_of", opener)
    monkeypatch.setattr(ablate, "open_model", lambda settings, store: rk.Weighing().model())
    monkeypatch.setattr(
        ablate.SharedModel, "open", lambda self, settings, tools: opener(settings, tools)
    )


def call(*arguments: Any, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["eval", *map(str, arguments)])
    if isinstance(result.exception, UsageError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def test_suites_are_listed() -> None:
    names = {entry["name"] for entry in json.loads(call("suites", "--json"))}
    assert {"unanswerable", "prompt_injection", "conversations", "docvqa:PATH"} <= names
    assert "unanswerable" in call("suites")


@pytest.mark.usefixtures("scripted")
def test_a_suite_in_other_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = json.dumps({"questions": ["Which sum stands on the receipt?"]})
    model = ScriptedModel(lambda messages, schema: reply)
    monkeypatch.setattr(backends, "open_model", lambda settings, store: model)
    rk.suite(tmp_path / "suite")
    out = tmp_path / "run"
    values = json.loads(call("run", tmp_path / "suite", "-o", out, "--paraphrase", 1, "--json"))
    assert len(values["tasks"]) == 10
    assert "wording consistency" in values["whole"]


@pytest.mark.usefixtures("scripted")
def test_run_report_and_compare(tmp_path: Path) -> None:
    rk.suite(tmp_path / "suite")
    shown = call("run", tmp_path / "suite", "-o", tmp_path / "one")
    assert "60 %" in shown
    assert "report:" in shown
    values = json.loads(call("run", tmp_path / "suite", "-o", tmp_path / "two", "--json"))
    assert values["complete"]
    assert len(values["tasks"]) == 5
    assert "unanswerable declined 100 %" in call("report", tmp_path / "one")
    assert json.loads(call("report", tmp_path / "one", "--json"))["run"]["suite"] == "suite"
    assert "may be chance" in call("compare", tmp_path / "one", tmp_path / "two")
    compared = json.loads(call("compare", tmp_path / "one", tmp_path / "two", "--json"))
    assert compared["tasks"] == 5


@pytest.mark.usefixtures("scripted")
def test_a_suite_that_ships_runs_by_its_name_and_says_what_was_drawn(tmp_path: Path) -> None:
    out = tmp_path / "run"
    values = json.loads(call("run", "receipts", "--limit", 3, "--seed", 2, "-o", out, "--json"))
    assert len(values["tasks"]) == values["run"]["count"] == 3
    assert (values["run"]["seed"], values["run"]["limit"]) == (2, 3)
    assert (out / "report.html").is_file()
    with pytest.raises(UsageError, match="holds other tasks"):
        call("run", "receipts", "--limit", 4, "--seed", 2, "-o", out)
    assert "3 " in call("report", out)  # refused before anything was spoilt


@pytest.mark.usefixtures("scripted")
def test_ablate_prints_every_figure_off_and_on(tmp_path: Path) -> None:
    rk.suite(tmp_path / "suite")
    asked = ("ablate", tmp_path / "suite", "--stage", "gate", "-o", tmp_path / "out")
    shown = call(*asked)
    for words in ("gate", "score", "declined", "wrong", "model calls", "seconds", "off", "on"):
        assert words in shown
    (effect,) = json.loads(call(*asked, "--json"))
    assert effect["stage"] == "gate"
    assert {d["figure"] for d in effect["differences"]} >= {"score", "declined", "wrong"}


def test_what_is_wrong_is_said(tmp_path: Path, home: Path) -> None:
    with pytest.raises(UsageError, match="no suite of this name"):
        call("run", "nothing", "-o", tmp_path / "x")
    with pytest.raises(UsageError, match="no run here"):
        call("report", tmp_path)
    with pytest.raises(UsageError, match="--stage: nothing"):
        call("ablate", "receipts", "--stage", "nothing", "-o", tmp_path / "x")
