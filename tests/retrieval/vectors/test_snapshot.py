"""A reader works on a copy of its own, which does not stay behind."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path
from typing import Any

import pytest
from looktwice.retrieval.vectors.vectors import Vectors

from .kit import fill, first_hit


def test_readers_go_on_while_another_process_writes(tmp_path: Path, writers: Any) -> None:
    folder = tmp_path / "vectors"
    process = writers.start(folder, 0)
    writers.hear()
    with Vectors(folder, write=False) as one, Vectors(folder, write=False) as two:
        seen = 0
        for _ in range(12):
            stored = writers.hear()
            for reader in (one, two):
                reader.reopen()
                assert reader.count("passages") > stored
                assert first_hit(reader, stored) == stored
            assert one.count("passages") >= seen
            seen = one.count("passages")
        writers.kill(process)
        one.reopen()
        assert one.count("passages") >= seen
    with Vectors(folder, write=True) as store:
        assert store.count("passages") >= seen


def test_a_reader_writes_nothing_into_the_folder(tmp_path: Path) -> None:
    with Vectors(tmp_path / "v", write=True) as store:
        fill(store, 100)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in (tmp_path / "v").rglob("*")}
    with Vectors(tmp_path / "v", write=False) as store:
        assert first_hit(store, 99) == 99
    after = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in (tmp_path / "v").rglob("*")}
    changed = {path.name for path in after if after[path] != before.get(path)}
    assert changed <= {"v", "changes.lock", "waiting.lock"}


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_folder_that_cannot_be_written_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "v"
    with Vectors(folder, write=True) as store:
        fill(store, 100)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # the superuser may always write
    for item in (folder, *folder.rglob("*")):
        item.chmod(0o500 if item.is_dir() else 0o400)
    with Vectors(folder, write=False) as store:
        assert first_hit(store, 99) == 99
        assert store.count("passages") == 100
    for item in (folder, *folder.iterdir()):
        item.chmod(0o700)


def test_nothing_stays_open_and_no_copy_stays_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))

    def left() -> list[str]:
        gc.collect()
        links = (os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd"))
        return [link for link in links if str(tmp_path) in link]

    def tasks() -> int:
        return len(os.listdir("/proc/self/task"))

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc")
    counts: list[int] = []
    for number in range(4):
        with Vectors(tmp_path / f"{number}", write=True) as store:
            fill(store, 60)
            with Vectors(tmp_path / f"{number}", write=False) as reader:
                assert first_hit(reader, 9) == 9
        until = time.monotonic() + 10  # Chroma's threads end on their own time
        while (left() or tasks() > min(counts, default=10**6)) and time.monotonic() < until:
            time.sleep(0.01)
        assert left() == []
        counts.append(tasks())
    assert counts[-1] <= counts[0]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_copy_of_a_killed_reader_is_cleared_and_a_living_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    dead = tmp_path / "tmp" / "looktwice-vectors-dead"
    dead.mkdir(parents=True)
    (dead / "chroma.sqlite3").write_bytes(b"left")
    with Vectors(tmp_path / "v", write=True) as store:
        fill(store, 10)
    with Vectors(tmp_path / "v", write=False) as one:
        with Vectors(tmp_path / "v", write=False) as two:
            assert not dead.exists()
            assert len(list((tmp_path / "tmp").iterdir())) == 2
            assert two.count("passages") == 10
        assert one.count("passages") == 10
