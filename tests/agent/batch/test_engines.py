"""What a batch runs on: threads that share a model, or processes that share a server of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.batch import engines
from looktwice.agent.batch.engine import Engine, TaskRequest
from looktwice.agent.batch.tasks import BatchTask
from looktwice.agent.batch.worker import WorkerSpec
from looktwice.control import Control
from looktwice.errors import ModelError
from looktwice.schema import Answer
from looktwice.settings import Settings

from . import batch_kit as bk


def answer_of(engine: Engine) -> str:
    task = BatchTask(id="a", question=bk.question(7))
    answer = engine.ask(TaskRequest(task, None, False, 30.0), Control(30.0))
    assert isinstance(answer, Answer)
    return answer.text


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[ScriptedModel]:
    """Scripted models in place of the pack's, each with the workers it was opened for."""
    models: list[ScriptedModel] = []

    def open_model(settings: Settings, workers: int) -> ScriptedModel:
        assert workers == 3
        models.append(bk.scripted())
        return models[-1]

    monkeypatch.setattr(engines, "open_shared_model", open_model)
    monkeypatch.setattr(engines, "Assistant", bk.assistant_on)
    return models


def test_threads_share_one_model_that_is_closed_at_the_end(
    opened: list[ScriptedModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(ScriptedModel, "close", lambda self: closed.append(True))
    with engines.local_engine(bk.settings_in(tmp_path), 3) as engine:
        assert answer_of(engine) == "Hello, number 7."
        assert closed == []
    assert (len(opened), closed) == (1, [True])


def test_a_model_that_does_not_answer_is_closed_too(
    opened: list[ScriptedModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(ScriptedModel, "close", lambda self: closed.append(True))

    def broken(settings: Settings, model: ScriptedModel) -> None:
        raise ModelError("the weights are damaged")

    monkeypatch.setattr(engines, "Assistant", broken)
    with pytest.raises(ModelError, match="damaged"), engines.local_engine(Settings(), 3):
        pass
    assert closed == [True]


def test_processes_share_one_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[str] = []

    @contextmanager
    def server(settings: Settings, workers: int) -> Iterator[Settings]:
        served.append(f"{workers} workers")
        yield settings
        served.append("ended")

    monkeypatch.setattr(engines, "served_model", server)
    monkeypatch.setattr(
        engines, "WorkerSpec", lambda settings: WorkerSpec(settings, bk.spec(tmp_path).factory)
    )
    with engines.process_engine(bk.settings_in(tmp_path / "home"), 2) as engine:
        assert answer_of(engine) == "Hello, number 7."
        assert served == ["2 workers"]
    assert served == ["2 workers", "ended"]
