"""Suites asked in other words: what is asked, and how consistent the answers are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.evals.metrics.groups import wording_consistency
from looktwice.evals.paraphrasing import paraphrased
from looktwice.evals.runner import open_run, run
from looktwice.evals.summary import summarise
from looktwice.evals.task import Task, Truth, read_tasks, write_tasks

from . import run_kit as rk


def model_that_says(*questions: str) -> ScriptedModel:
    reply = json.dumps({"questions": list(questions)})
    return ScriptedModel(lambda messages, schema: reply)


def test_each_question_in_other_words_that_keep_its_numbers(tmp_path: Path) -> None:
    question = "How much is due on 3 May 2021?"
    turn = Task(id="t", kind="x", question="And the date?", session="s", truth=Truth())
    write_tasks([Task(id="a", kind="x", question=question, truth=Truth()), turn], tmp_path)
    model = model_that_says(
        "What is due on 3 May 2021?", "What is due in May?", "how much is due on 3 May 2021"
    )
    made = paraphrased(tmp_path, tmp_path / "worded", lambda: model, 3)
    assert [(task.id, task.question, task.wording_of) for task in read_tasks(made)] == [
        ("a", question, "a"),
        ("a~2", "What is due on 3 May 2021?", "a"),
        ("t", "And the date?", ""),
    ]


def test_a_copy_that_is_there_is_taken_and_nonsense_words_nothing(tmp_path: Path) -> None:
    rk.suite(tmp_path / "suite")
    nonsense = ScriptedModel(lambda messages, schema: "no JSON")
    made = paraphrased(tmp_path / "suite", tmp_path / "worded", lambda: nonsense, 2)
    assert len(read_tasks(made)) == 5
    assert (made / "0.png").is_file()

    def never() -> ScriptedModel:
        raise AssertionError("it was worded before")

    assert paraphrased(tmp_path / "suite", tmp_path / "worded", never, 2) == made


def test_the_report_says_how_consistent_the_answers_are(tmp_path: Path) -> None:
    rk.suite(tmp_path / "suite")
    model = model_that_says("Which sum is on this receipt?")  # also of those that ask for a phone
    made = paraphrased(tmp_path / "suite", tmp_path / "worded", lambda: model, 1)
    plan = rk.plan(tmp_path)
    run(replace(plan, folder=made), rk.settings_of(tmp_path / "home"), rk.opener())
    figures = summarise(open_run(plan.out)).whole
    assert 0 < figures["wording consistency"] < 1


@pytest.mark.parametrize(
    ("outcomes", "share"),
    [
        ([("a", "right"), ("a", "right"), ("b", "right"), ("b", "declined")], 0.5),
        ([("a", "right"), ("", "wrong"), ("", "right")], None),
        ([], None),
    ],
)
def test_consistency(outcomes: list[tuple[str, str]], share: float | None) -> None:
    assert wording_consistency(outcomes) == share
