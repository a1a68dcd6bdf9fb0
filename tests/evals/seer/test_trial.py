"""A trial of the loop with a seer: what it keeps, loses and mends, in the terminal and as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.cli.app import app
from looktwice.evals import ablate
from looktwice.evals.seer import trial as trials
from looktwice.evals.seer.character import SEERS
from looktwice.evals.seer.measures import cases_of, measure, plain
from looktwice.evals.suites.seer.asking import IN_FULL
from looktwice.evals.task import Task, Truth, write_tasks
from looktwice.schema import Answer, Step
from typer.testing import CliRunner

from ...agent import kit

READ = (frozenset({"read_text"}),)


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A total that the tools read, one they read otherwise, and one that is not there."""
    folder = tmp_path / "suite"
    folder.mkdir()
    for shade in range(3):
        kit.named_picture(folder, f"{shade}.png", 40 + shade)
    tasks = [
        Task(id="same", kind="fact", question=kit.TOTAL, images=("0.png",), about="receipt",
             truth=Truth(answers=("8.20",), match="number", tools=READ)),
        Task(id="other", kind="fact", question=kit.TOTAL, images=("1.png",), about="receipt",
             truth=Truth(answers=("9.99",), match="number", tools=READ)),
        Task(id="gone", kind="fact", question="Who was the cashier?", images=("2.png",),
             about="receipt", truth=Truth(answerable=False)),
    ]  # fmt: skip
    write_tasks(tasks, folder)
    return folder


@pytest.fixture
def _instant(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assistants whose tools and planner need no weights."""
    monkeypatch.setenv("LOOKTWICE_PACK", "starter")
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")

    def assistant_of(settings: Any, model: Any, tools: Any) -> Assistant:
        made = kit.scripted_assistant(settings, model, tools=tools)
        made.tools.update({t.name: t for t in kit.instant_experts()})
        return made

    monkeypatch.setattr(trials, "assistant_of", assistant_of)


def call(*arguments: Any) -> str:
    result = CliRunner().invoke(app, ["eval", "seer", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("_instant")
def test_a_trial_says_what_became_of_every_draft(suite: Path, tmp_path: Path) -> None:
    found = json.loads(call(suite, "-o", tmp_path / "one", "--json"))
    assert found["seer"] == "perfect"
    whole = found["rows"][0]
    assert (whole["right"], whole["wrong"], whole["unanswerable"]) == (2, 0, 1)
    cases = {case["id"]: case for case in found["cases"]}
    assert cases["same"]["fate"] == "kept"
    assert cases["same"]["read"]
    assert not cases["other"]["read"]
    assert all(case["passes"] >= 1 for case in cases.values())
    assert whole["lost"] == sum(reason["lost"] for reason in found["reasons"])
    shown = call(suite, "-o", tmp_path / "one")  # goes on where it was, which is the end
    assert "survive" in shown
    again = json.loads((tmp_path / "one" / "seer.json").read_text("utf-8"))
    assert again["cases"] == found["cases"]


@pytest.mark.usefixtures("_instant")
def test_stages_are_ablated_with_a_seer(
    suite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def made(settings: Any, model: Any, tools: Any) -> Assistant:
        seen.append(model.name)
        return trials.assistant_of(settings, model, tools)

    monkeypatch.setattr(ablate, "Assistant", made)
    asked = ("ablate", suite, "--stage", "gate", "--seer", "talkative", "-o", tmp_path / "out")
    result = CliRunner().invoke(app, ["eval", *map(str, asked), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)[0]["stage"] == "gate"
    assert set(seen) == {"seer-talkative"}


def answer(text: str, status: Any = "answered", did: str = "accept") -> Answer:
    return Answer(
        question="?", text=text, status=status, confidence=0.5, stop_reason="accepted",
        steps=(Step(node="finish", started=0, seconds=0, did="answered"),) if not did else (),
    )  # fmt: skip


def test_fates_and_shares() -> None:
    truth = Truth(answers=("8.20",), match="number")
    tasks = [Task(id=name, kind="fact", question="?", truth=truth) for name in "abcd"]
    tasks.append(Task(id="e", kind="fact", question="?", truth=Truth(answerable=False)))
    drafts = {"a": "8.20", "b": "8.20", "c": "8.70", "d": "8.70", "e": "I can't tell"}
    given = {
        "a": answer("It is 8.20."), "b": answer("I can't tell", "declined"), "c": answer("8.20"),
        "d": answer("8.70"), "e": answer("I can't tell", "declined"),
    }  # fmt: skip
    found = measure(cases_of(tasks, drafts, given, {"a": 1, "b": 3}))
    assert [case.fate for case in found.cases] == ["kept", "lost", "mended", "wrong", "declined"]
    whole = found.rows[0]
    assert (whole.survival, whole.help, whole.passes) == (0.5, 0.5, 2)
    assert found.reasons[0][1:] == (1, ("fact 1",))


def test_reasons_that_differ_only_in_names_and_numbers_are_one() -> None:
    first = plain("decline: “5.20” does not stand in the evidence; answerable 0.31")
    assert first == plain("decline: “Milk” does not stand in the evidence; answerable 0.84")
    assert first != plain("revise: “5.20” does not stand in the evidence; answerable 0.31")


def test_there_are_characters_for_all_that_is_to_be_tried() -> None:
    assert set(SEERS) == {
        "perfect", "blind", "wrong-numbers", "overconfident", "talkative", "hostile",
    }  # fmt: skip
    assert IN_FULL.strip()
