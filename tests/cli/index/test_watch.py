"""`looktwice index watch`: the index follows what happens in a folder."""

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
    index, stop = Path("ix"), threading.Event()
    changes = watch.changes([docs], stop)
    next(changes)
    assert len(watch.read_again([docs], index, 1, first=True).failed) == 0

    def names() -> list[str]:
        with reading(index) as opened:
            return sorted(document.name for document in opened.documents())

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


def test_an_index_does_not_follow_itself(run: Run, docs: Path) -> None:
    done = run("watch", docs, index="docs/ix")
    assert done.code == 2
    assert "keep it outside" in done.err
