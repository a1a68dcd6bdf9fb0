"""lock: one writer at a time, known by name; a killed one is in nobody's way."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.retrieval.lock import WriterLock

HOLD = """
import sys
from pathlib import Path
from looktwice.retrieval.lock import WriterLock
with WriterLock(Path(sys.argv[1]), "looktwice index add docs"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it reads a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_another_process_is_refused_by_name_and_a_killed_one_is_in_nobodys_way(
    tmp_path: Path,
) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(UsageError) as refused:
            WriterLock(tmp_path, "looktwice index remove x").acquire()
        said = str(refused.value)
        assert "`looktwice index add docs`" in said
        assert f"process {process.pid} since" in said
        assert "wait for it or stop it" in said
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (tmp_path / "writer.json").is_file()  # the killed one's, stale
    with WriterLock(tmp_path, "looktwice index remove x") as lock:
        note = lock.holder()
        assert note is not None
        assert (note.purpose, note.pid) == ("looktwice index remove x", os.getpid())


def test_waiting_ends_when_the_holder_does(tmp_path: Path) -> None:
    told: list[str] = []
    with holder(tmp_path) as process:

        def tell(sentence: str) -> None:
            told.append(sentence)
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()

        lock = WriterLock(tmp_path, "second")
        lock.acquire(wait=60, on_wait=tell)
        assert lock.held
        lock.release()
    assert len(told) == 1
    assert told[0].startswith("waiting for `looktwice index add docs` (process")


def test_waiting_has_an_end(tmp_path: Path) -> None:
    with WriterLock(tmp_path, "first"), pytest.raises(UsageError, match="`first`"):
        WriterLock(tmp_path, "second").acquire(wait=0.05)


def test_one_object_is_refused_a_second_time_and_keeps_what_it_has(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path, "first")
    with lock:
        with pytest.raises(UsageError, match="`first`"):
            lock.acquire()
        assert lock.held
    assert not lock.held


def test_threads_exclude_each_other_and_one_may_release_what_another_took(tmp_path: Path) -> None:
    tally = tmp_path / "tally"
    tally.write_text("0")

    def work(number: int) -> None:
        lock = WriterLock(tmp_path, f"thread {number}")
        lock.acquire(wait=60)
        tally.write_text(str(int(tally.read_text()) + 1))  # two at once would lose a count
        with ThreadPoolExecutor(1) as other:
            other.submit(lock.release).result()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(12)))
    assert tally.read_text() == "12"
    assert not (tmp_path / "writer.json").exists()


def test_release_without_a_hold_leaves_the_holder_alone(tmp_path: Path) -> None:
    with WriterLock(tmp_path, "first"):
        WriterLock(tmp_path, "second").release()
        with pytest.raises(UsageError, match="`first`"):
            WriterLock(tmp_path, "third").acquire()


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"purpose": 1}', "null", "\x00"])
def test_a_broken_note_only_costs_the_name(tmp_path: Path, note: str) -> None:
    with WriterLock(tmp_path, "first"):
        (tmp_path / "writer.json").write_text(note)
        with pytest.raises(UsageError, match="written by another process"):
            WriterLock(tmp_path, "second").acquire()


def test_a_holder_elsewhere_and_since_another_day_is_told_so(tmp_path: Path) -> None:
    note = {"purpose": "p", "pid": 7, "host": "elsewhere", "since": "2020-02-03T04:05:06+00:00"}
    with WriterLock(tmp_path, "first"):
        (tmp_path / "writer.json").write_text(json.dumps(note))
        with pytest.raises(UsageError, match=r"process 7 on elsewhere since 2020-02-0\d \d\d:05"):
            WriterLock(tmp_path, "second").acquire()


def test_a_folder_that_cannot_be_one_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        WriterLock(tmp_path / "file" / "index", "first").acquire()


def test_without_locks_in_the_file_system_nothing_weaker_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def missing(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", missing)
    with pytest.raises(UsageError, match=r"index cannot be written|has no locks"):
        WriterLock(tmp_path, "first").acquire()
