"""`looktwice index watch`: the index follows what happens in a folder, and not itself."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from looktwice.cli.index import watch
from looktwice.cli.index.opening import reading

from ..cli_kit import Run
from .index_cli_kit import TREES


def test_what_appears_and_vanishes_is_followed(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_QUIET_MS", 50)
    index, stop = docs / "ix", threading.Event()
    changes = watch.changes([docs], index, stop)
    next(changes)
    assert len(watch.read_again([docs], index, 1, first=True).failed) == 0
    names = lambda: sorted(d.name for d in reading(index).documents())  # noqa: E731
    assert names() == ["boiler.md", "lease.pdf", "trees.txt"]
    writer = threading.Timer(0.3, (docs / "new.txt").write_text, [TREES])
    writer.start()
    next(changes)
    (docs / "trees.txt").unlink()
    watch.read_again([docs], index, 1, first=False)
    assert names() == ["boiler.md", "lease.pdf", "new.txt"]
    stop.set()
    assert list(changes) in ([], [None])


def test_only_folders_can_be_followed(run: Run) -> None:
    done = run("watch", "gone")
    assert done.code == 2
    assert "gone: is no folder" in done.err
