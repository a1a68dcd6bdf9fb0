"""What a batch did, in a terminal."""

from __future__ import annotations

import pytest
from looktwice.agent.batch.runner import BatchSummary, FailedTask
from looktwice.cli.show.batches import show_failures
from rich.console import Console


def test_a_summary_has_no_more_than_people_can_read(capsys: pytest.CaptureFixture[str]) -> None:
    failed = tuple(FailedTask(f"t{n}", n, "error", "[red]x[/red]\n" * 99) for n in range(30))
    summary = BatchSummary("r", 30, 0, 30, 0, 1.0, False, {"failed": 30}, failed)
    show_failures(summary, Console(width=400), 10)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert "[red]x[/red]" in lines[0]
    assert "20 more failed" in lines[10]
