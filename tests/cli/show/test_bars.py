"""Progress bars."""

from __future__ import annotations

import io

from looktwice.agent.batch.runner import BatchProgress as BatchProgress
from looktwice.cli.show.bars import BatchBar, DownloadBars, IngestBar, progress_words
from looktwice.retrieval.ingest.progress import IngestProgress
from rich.console import Console

from .show_kit import coloured, printed


def test_download_bars_follow_each_weight() -> None:
    file = io.StringIO()
    with DownloadBars(Console(file=file, force_terminal=True, width=100)) as bars:
        bars.update("one", 0, 10)
        bars.update("two", 5, 10)
        bars.update("one", 10, 10)
    assert {"one", "two"} <= set(bars._tasks)
    assert "one" in file.getvalue()
    assert "10/10" in file.getvalue()


def test_the_bar_tells_files_pages_and_speed() -> None:
    terminal = coloured()
    with IngestBar(terminal) as bar:
        bar.update(IngestProgress("[red]big.pdf", files_done=1, files=4, pages=120, seconds=10))
        bar._bar.refresh()
        bar.stopping()
        bar._bar.refresh()
    shown = printed(terminal)
    for words in ("[red]big.pdf", "1/4 files", "120 pages", "12.0 pages/s", "stopping"):
        assert words in shown


def test_the_bar_is_silent_in_a_pipe() -> None:
    pipe = Console(file=io.StringIO())
    with IngestBar(pipe) as bar:
        bar.update(IngestProgress("a.pdf", files_done=1, files=4, pages=120, seconds=10))
    assert printed(pipe) == ""


def test_progress_in_words() -> None:
    words = progress_words(BatchProgress(total=1200, done=30, failed=2, before=5, seconds=60.0))
    assert words == "30/1,200 tasks · 30.0/min · 2 failed · 5 done before"
    assert progress_words(BatchProgress(1, 1, 0, 0, 0.1)) == "1/1 task · 10.0/s"


def test_the_bar_shows_what_runs() -> None:
    console = Console(force_terminal=True, width=120, record=True)
    with BatchBar(console) as bar:
        bar.update(BatchProgress(total=8, done=3, failed=1, before=0, seconds=2.0))
        bar.announce("finishing what runs")
        bar._bar.refresh()
    assert "3/8 tasks" in console.export_text(clear=False)
