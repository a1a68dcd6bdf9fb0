"""Tasks that bring documents: read once into an index of their own, on the real text embedder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.batch.local import LocalEngine
from looktwice.agent.batch.runner import Batch, BatchOptions
from looktwice.agent.batch.worker import Worker
from looktwice.settings import Settings

from .. import kit

pytestmark = pytest.mark.weights

LEASE = "# Lease\n\nThe lease of the flat at Mill Lane ends on 30 June 2027.\n"
CAR = "# Car\n\nThe car is a blue one that cost EUR 9400 in 2019.\n"


def write(folder: Path, tasks: list[dict[str, Any]]) -> Path:
    (folder / "lease.md").write_text(LEASE, "utf-8")
    (folder / "car.md").write_text(CAR, "utf-8")
    path = folder / "tasks.jsonl"
    path.write_text("".join(json.dumps(task) + "\n" for task in tasks), "utf-8")
    return path


@pytest.fixture
def engine(starter_settings: Settings) -> Iterator[LocalEngine]:
    """Answers with the one fact that was put before it."""

    def draft(messages: Any) -> str:
        shown = messages[-1].text
        return "30 June 2027" if "30 June 2027" in shown else "EUR 9400"

    model = kit.Script({"draft": draft}).model()
    with closing(LocalEngine(Worker(Assistant(starter_settings, model=model)))) as made:
        yield made


def test_documents_are_read_once_and_a_missing_one_costs_only_its_task(
    engine: LocalEngine, starter_settings: Settings, tmp_path: Path
) -> None:
    ends, cost = "When does the lease of the flat end?", "What did the car cost?"
    tasks = write(
        tmp_path,
        [
            {"id": "a", "question": ends, "documents": ["lease.md"]},
            {"id": "b", "question": cost, "documents": ["lease.md", "car.md"]},
            {"id": "c", "question": ends, "documents": ["gone.md"]},
            {"id": "d", "question": ends, "documents": ["lease.md"]},
        ],
    )
    with Batch(
        tasks, tmp_path / "results.jsonl", starter_settings, BatchOptions(workers=2)
    ) as batch:
        summary = batch.run(engine)
    lines = (tmp_path / "results.jsonl").read_text("utf-8").splitlines()
    by_id = {line["id"]: line for line in map(json.loads, lines)}
    assert [f.id for f in summary.failed] == ["c"]
    assert "gone.md" in by_id["c"]["error"]["message"]
    assert by_id["c"]["error"]["kind"] == "bad_input"
    for name, text, document in (
        ("a", "30 June 2027", "lease.md"),
        ("b", "EUR 9400", "car.md"),
        ("d", "30 June 2027", "lease.md"),
    ):
        assert by_id[name]["text"] == text
        assert by_id[name]["citations"][0]["source"]["document"] == document
    assert len(list((starter_settings.home / "given").iterdir())) == 2  # one for a and d
