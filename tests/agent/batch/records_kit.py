"""A batch of documents on a scripted model.

Run as a program it is `looktwice extract`: OUT SECONDS_A_CALL FILE...
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from looktwice.agent.batch.local import LocalEngine
from looktwice.agent.batch.records import RecordLinesFormat, record_tasks
from looktwice.agent.batch.runner import Batch, BatchOptions, BatchSummary
from looktwice.agent.batch.worker import Worker
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.settings import DocumentLimits

from ..extraction.records.record_kit import reader
from . import batch_kit as bk

MODULE = "looktwice.tests.agent.batch.records_kit"
"""What a process of its own calls this file."""
WORDS = "number, total: money, lines[]: name, quantity: number, amount: money"


def write_bills(folder: Path, count: int) -> list[Path]:
    """So many small bills; number 3 has a name that a spreadsheet would run."""
    paths = []
    for number in range(count):
        path = folder / f"bill{number}.txt"
        name = "=1+1" if number == 3 else f"Thing {number}"
        path.write_text(
            f"number: | B-{number}\n* {name} | 2 | {number}.50\ntotal: | {number}.50\n", "utf-8"
        )
        paths.append(path)
    return paths


def extract(
    paths: Sequence[Path], output: Path, seconds: float = 0.0, per: str = "document"
) -> BatchSummary:
    """A whole run in this process."""
    settings = bk.settings_in(output.parent / "home")
    tasks = record_tasks(schema_of_words(WORDS), paths, DocumentLimits(), per)  # type: ignore[arg-type]
    with Batch(tasks, output, settings, BatchOptions(workers=2), RecordLinesFormat()) as batch:
        engine = LocalEngine(Worker(bk.assistant_on(settings, reader(seconds))))
        try:
            return batch.run(engine)
        finally:
            engine.close()


if __name__ == "__main__":
    extract([Path(word) for word in sys.argv[3:]], Path(sys.argv[1]), float(sys.argv[2]))
