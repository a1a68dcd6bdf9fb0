"""What a batch did, in a terminal."""

from __future__ import annotations

import pytest
from looktwice.agent.batch.runner import BatchSummary, FailedTask
from looktwice.cli.show.batches import READ, show_batch, show_failures
from rich.console import Console


def test_a_summary_has_no_more_than_people_can_read(capsys: pytest.CaptureFixture[str]) -> None:
    failed = tuple(FailedTask(f"t{n}", n, "error", "[red]x[/red]\n" * 99) for n in range(30))
    summary = BatchSummary("r", 30, 0, 30, 0, 1.0, False, {"failed": 30}, failed)
    show_failures(summary, Console(width=400), 10)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert "[red]x[/red]" in lines[0]
    assert "20 more failed" in lines[10]


def test_documents_are_no_tasks(capsys: pytest.CaptureFixture[str]) -> None:
    failed = (FailedTask("a.pdf", 3, "bad_input", "a.pdf: is cut off"),)
    statuses = {"answered": 1, "partial": 2, "failed": 1}
    summary = BatchSummary("r.jsonl", 4, 0, 4, 0, 1.0, False, statuses, failed)
    show_batch(summary, Console(width=400), READ, "records in r.xlsx")
    show_failures(summary, Console(width=400), 10, READ)
    assert capsys.readouterr().out.splitlines() == [
        "4 documents read in 1.0 s: 1 with nothing unsure, 1 failed, 2 with something unsure",
        "records in r.xlsx",
        "looktwice: document a.pdf failed, bad_input: a.pdf: is cut off",
        "looktwice: --retry-failed reads failed documents again",
    ]
