"""The suite `quick`, and what is kept of its runs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.calibration import temperature_of
from looktwice.evals import runner
from looktwice.evals.calibrating import keep_fit
from looktwice.evals.scoring import score
from looktwice.evals.suites import NOTHING_THERE, SUITES, tasks_of
from looktwice.evals.summary import TEMPERATURE, summarise
from looktwice.settings import Settings


def test_quick_is_forty_questions_over_pictures_of_every_kind() -> None:
    tasks = tasks_of(SUITES["quick"])
    assert len(tasks) == 40
    assert all(task.images and not task.documents for task in tasks)
    kinds = Counter(task.kind for task in tasks)
    suites = ("scenes", "signs", "receipts", "charts")
    assert kinds == {**dict.fromkeys(suites, 8), NOTHING_THERE: 8}
    assert all((task.kind == NOTHING_THERE) is not task.truth.answerable for task in tasks)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def done(tmp_path: Path, settings: Settings) -> runner.EvalRun:
    """A run of two questions by a model whose temperature somebody found."""
    from looktwice.evals import manifest as manifests
    from looktwice.schema import Answer

    record = manifests.describe(
        settings, model="kitten", suite="quick", folder=".", tasks="", count=1, seed=7
    )
    task = tasks_of(SUITES["quick"])[0]
    answer = Answer(
        question=task.question,
        text="3",
        status="answered",
        stop_reason="accepted",
        confidence=0.9,
        model="kitten",
    )
    scored = (score(task, answer),)
    return runner.EvalRun(tmp_path, record, (task,), {task.id: answer}, scored)


def summary_with(run: runner.EvalRun, fitted: float | None) -> Any:
    whole = {} if fitted is None else {TEMPERATURE: fitted}
    return replace(summarise(run), whole=whole)


def test_the_temperature_that_fits_is_kept_for_the_model(
    done: runner.EvalRun, settings: Settings
) -> None:
    assert temperature_of(settings, "kitten") == 1.0
    assert "kitten" in keep_fit(done, summary_with(done, 1.7), settings)
    assert temperature_of(settings, "kitten") == 1.7
    assert temperature_of(settings, "another") == 1.0
    own = settings.model_copy(
        update={"thresholds": settings.thresholds.model_copy(update={"temperature": 0.8})}
    )
    assert temperature_of(own, "kitten") == 0.8


def test_nothing_is_kept_of_other_runs_and_too_few_answers(
    done: runner.EvalRun, settings: Settings
) -> None:
    other = replace(done, manifest=done.manifest.model_copy(update={"suite": "signs"}))
    blind = replace(done, manifest=done.manifest.model_copy(update={"pictures": False}))
    part = replace(done, manifest=done.manifest.model_copy(update={"limit": 5}))
    for run in (other, blind, part):
        assert keep_fit(run, summary_with(run, 1.7), settings) == ""
    assert "too few" in keep_fit(done, summary_with(done, None), settings)
    assert not settings.calibration_file.exists()


@pytest.mark.parametrize("damage", ["", "[]", '{"kitten": "warm"}', '{"kitten": -1}'])
def test_a_damaged_file_counts_as_none(settings: Settings, damage: str) -> None:
    settings.home.mkdir(parents=True)
    settings.calibration_file.write_text(damage, "utf-8")
    assert temperature_of(settings, "kitten") == 1.0
    settings.calibration_file.write_text(json.dumps({"kitten": 1.2}), "utf-8")
    assert temperature_of(settings, "kitten") == 1.2
