"""vectors: what is stored is found, by whomever and whatever is killed; what is deleted is gone."""

from __future__ import annotations

import gc
import logging
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looktwice.errors import UsageError
from looktwice.retrieval.vectors import vectors as module
from looktwice.retrieval.vectors.vectors import Vectors, VectorsDamaged, VectorsUnreachable

from .. import chroma_server as helper

FILES = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")
Open = Callable[..., Vectors]


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chroma writes its graph often, so that little tests meet it."""
    monkeypatch.setitem(module._GRAPH, "sync_threshold", helper.SYNC)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with helper.server(tmp_path_factory.mktemp("served")) as (address, _):
        yield address


@pytest.fixture(params=["folder", "server"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, address: str) -> Iterator[Open]:
    """Opens the same new place again and again, and closes what was opened."""
    place = tmp_path / "vectors" if request.param == "folder" else address
    name = f"t{abs(hash(request.node.name))}"
    left: list[Vectors] = []

    def open_it(write: bool = True) -> Vectors:
        left.append(Vectors(place, write=write, name=name))
        return left[-1]

    yield open_it
    for one in left:
        one.close()


@pytest.fixture(scope="module")
def writers() -> Iterator[Any]:
    mother = helper.Writers()
    yield mother
    mother.close()


def fill(store: Vectors, count: int, first: int = 0, kind: module.Kind = "passages") -> list[int]:
    """Add passages, ten to a document."""
    ids = list(range(first, first + count))
    store.add(kind, ids, helper.vectors_of(ids), [number // 10 for number in ids])
    return ids


def first_hit(store: Vectors, number: int) -> int | None:
    hits = store.query("passages", helper.vector_of(number), 1)
    return hits[0][0] if hits else None


def graph_of(folder: Path) -> Path:
    return next(item for item in folder.iterdir() if item.is_dir())


# the contract, in a folder and on a server


def test_an_empty_place_finds_nothing(opened: Open) -> None:
    for store in (opened(), opened(write=False)):
        assert store.query("passages", helper.vector_of(0), 5) == []
        assert store.query("passages", helper.vector_of(0), 5, documents=[1]) == []
        assert store.count("passages") == 0
        assert list(store.ids("pictures")) == []
        assert store.get("passages", [1]) == {}


def test_a_reader_of_a_folder_that_is_not_there_finds_nothing_and_makes_nothing(
    tmp_path: Path,
) -> None:
    with Vectors(tmp_path / "none", write=False) as store:
        assert store.query("passages", helper.vector_of(0), 5) == []
        store.reopen()
    assert not (tmp_path / "none").exists()


def test_the_nearest_come_first_with_their_cosine(opened: Open) -> None:
    store = opened()
    fill(store, 150)
    asked = helper.vector_of(999)
    cosines = helper.vectors_of(list(range(150))) @ asked
    hits = store.query("passages", asked * 7, 10)  # of any length
    assert [number for number, _ in hits] == np.argsort(-cosines)[:10].tolist()
    assert [score for _, score in hits] == pytest.approx(sorted(cosines)[::-1][:10], abs=1e-5)


def test_more_than_there_is_gives_what_there_is(opened: Open) -> None:
    store = opened()
    ids = fill(store, 30)
    assert {n for n, _ in store.query("passages", helper.vector_of(1), 500)} == set(ids)


def test_kinds_and_names_do_not_mix(opened: Open) -> None:
    store = opened()
    fill(store, 20)
    fill(store, 5, first=100, kind="pictures")
    assert (store.count("passages"), store.count("pictures")) == (20, 5)
    assert sorted(store.ids("pictures")) == [100, 101, 102, 103, 104]


def test_adding_again_changes_nothing(opened: Open) -> None:
    store = opened()
    ids = fill(store, 60)
    fill(store, 60)
    assert store.count("passages") == 60
    assert sorted(store.ids("passages")) == ids
    assert first_hit(store, 33) == 33


def test_another_vector_replaces_the_old_one_also_after_reopening(opened: Open) -> None:
    store = opened()
    fill(store, 50)
    store.add("passages", [7], helper.vectors_of([5007]), [99])
    for one in (store, opened(write=False)):
        assert first_hit(one, 5007) == 7
        assert one.query("passages", helper.vector_of(7), 1)[0][1] < 0.9
        assert one.query("passages", helper.vector_of(5007), 5, documents=[0])[0][0] != 7
        np.testing.assert_allclose(one.get("passages", [7])[7], helper.vector_of(5007), atol=1e-6)


def test_more_than_one_batch(opened: Open) -> None:
    store = opened()
    ids = fill(store, 2 * module._BATCH + 3)
    assert sorted(store.ids("passages")) == ids
    got = store.get("passages", [*ids, 10**9])
    assert sorted(got) == ids
    np.testing.assert_allclose(got[2001], helper.vector_of(2001), atol=1e-6)


def test_what_is_deleted_is_found_no_more(opened: Open) -> None:
    store = opened()
    fill(store, 100)
    store.delete("passages", [3, 4, 10**9])
    store.delete_documents([5, 6, 12345])
    gone = {3, 4, *range(50, 70)}
    for one in (store, opened(write=False)):
        assert one.count("passages") == 100 - len(gone)
        assert set(one.ids("passages")) == set(range(100)) - gone
        for number in gone:
            hits = one.query("passages", helper.vector_of(number), 100)
            assert not gone & {n for n, _ in hits}
            assert len(hits) == 100 - len(gone)
        assert one.query("passages", helper.vector_of(55), 5, documents=[5]) == []
        assert one.get("passages", sorted(gone)) == {}


def test_where_all_is_deleted_nothing_is_found(opened: Open) -> None:
    store = opened()
    ids = fill(store, 50)
    store.delete("passages", ids)
    for one in (store, opened(write=False)):
        assert one.count("passages") == 0
        assert one.query("passages", helper.vector_of(1), 5) == []
        assert one.query("passages", helper.vector_of(1), 5, documents=[0]) == []
    fill(store, 10)
    assert first_hit(store, 9) == 9


@pytest.mark.parametrize("exact", [0, module._EXACT])
def test_only_the_documents_asked_for(
    opened: Open, monkeypatch: pytest.MonkeyPatch, exact: int
) -> None:
    monkeypatch.setattr(module, "_EXACT", exact)
    store = opened()
    fill(store, 400)
    asked = helper.vector_of(7)
    cosines = helper.vectors_of(list(range(400))) @ asked
    order = np.argsort(-cosines).tolist()
    for documents in ([0], [39], list(range(20)), list(range(40)), [3, 10**6]):
        right = [n for n in order if n // 10 in set(documents)][:12]
        hits = store.query("passages", asked, 12, documents=documents)
        assert [n for n, _ in hits] == right
    assert store.query("passages", asked, 5, documents=[]) == []
    assert store.query("passages", asked, 5, documents=[10**6]) == []


def test_a_reader_sees_what_was_written_when_it_opens_again(opened: Open) -> None:
    writer = opened()
    fill(writer, 50)
    reader = opened(write=False)
    fill(writer, 60, first=50)
    writer.delete("passages", [0])
    reader.reopen()
    assert reader.count("passages") == 109
    assert first_hit(reader, 100) == 100
    assert first_hit(reader, 0) != 0


def test_a_reader_cannot_write(opened: Open) -> None:
    reader = opened(write=False)
    with pytest.raises(UsageError, match="reading"):
        fill(reader, 1)
    with pytest.raises(UsageError, match="reading"):
        reader.delete("passages", [1])
    with pytest.raises(UsageError, match="reading"):
        reader.compact("passages")


def test_vectors_that_do_not_fit_are_refused_and_nothing_breaks(opened: Open) -> None:
    store = opened()
    fill(store, 50)
    with pytest.raises(UsageError, match="fit"):
        store.add("passages", [1], np.ones((1, 5), np.float32), [1])
    with pytest.raises(UsageError, match="fit"):
        store.query("passages", np.ones(5, np.float32), 3)
    with pytest.raises(ValueError, match="2 ids"):
        store.add("passages", [1, 2], np.ones((1, helper.DIMENSIONS), np.float32), [1, 1])
    with pytest.raises(ValueError, match="finite"):
        store.add("passages", [1], np.full((1, helper.DIMENSIONS), np.nan, np.float32), [1])
    assert store.count("passages") >= 49
    fill(store, 50)
    assert store.count("passages") == 50
    assert first_hit(store, 20) == 20


def test_compacting_changes_nothing_that_is_found(opened: Open) -> None:
    store = opened()
    store.compact("passages")
    fill(store, 120)
    reader = opened(write=False)
    store.delete_documents([2])
    fill(store, 30, first=500)
    store.compact("passages")
    store.compact("passages")
    kept = {*range(120), *range(500, 530)} - set(range(20, 30))
    reader.reopen()
    for one in (store, reader):
        assert set(one.ids("passages")) == kept
        assert all(first_hit(one, number) == number for number in (0, 19, 30, 119, 529))
        assert first_hit(one, 25) != 25
    fill(store, 50, first=900)
    assert store.count("passages") == len(kept) + 50
    assert first_hit(store, 949) == 949


def test_threads_share_one(opened: Open) -> None:
    store = opened()
    fill(store, 100)
    wrong: list[object] = []

    def ask(first: int) -> None:
        for number in range(first, first + 20):
            if first_hit(store, number) != number:
                wrong.append(number)
            store.reopen()

    threads = [threading.Thread(target=ask, args=(at,)) for at in (0, 20, 40, 60)]
    for one in threads:
        one.start()
    fill(store, 40, first=200)
    for one in threads:
        one.join()
    assert wrong == []


@settings(max_examples=6)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["add", "delete", "document", "compact", "open"]),
            st.integers(0, 30),
            st.integers(1, 30),
        ),
        max_size=12,
    )
)
def test_any_history_ends_as_a_plain_dictionary_would(
    steps: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("history")
    store = Vectors(folder, write=True)
    kept: set[int] = set()
    for what, first, count in steps:
        if what == "add":
            kept |= set(fill(store, count, first))
        elif what == "delete":
            store.delete("passages", list(range(first, first + count)))
            kept -= set(range(first, first + count))
        elif what == "document":
            store.delete_documents([first])
            kept -= set(range(first * 10, first * 10 + 10))
        elif what == "compact":
            store.compact("passages")
        else:
            store.close()
            store = Vectors(folder, write=True)
    assert set(store.ids("passages")) == kept
    assert {n for n, _ in store.query("passages", helper.vector_of(1), 99)} == kept
    store.close()


# kills


@pytest.mark.slow
def test_killed_at_twenty_moments_nothing_stored_is_lost(tmp_path: Path, writers: Any) -> None:
    folder = tmp_path / "vectors"
    moments = random.Random(4)
    stored = first = 0
    for _ in range(20):
        process = writers.start(folder, first)
        if moments.random() < 0.8:  # else killed while it opens
            stored = max(stored, writers.hear() + 1)
        threading.Event().wait(moments.uniform(0, 0.08))
        stored = max(stored, (writers.kill(process) or -1) + 1)
        with Vectors(folder, write=True) as store:
            assert set(range(stored)) <= set(store.ids("passages"))
            assert store.count("passages") == len(
                store.get("passages", list(store.ids("passages")))
            )
            for number in moments.sample(range(stored), min(stored, 8)):
                assert first_hit(store, number) == number
        first = stored
    assert stored > 20 * helper.BATCH
    with Vectors(folder, write=False) as store:
        assert sum(first_hit(store, n) == n for n in range(stored)) >= 0.99 * stored


def test_a_graph_half_written_is_built_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Chroma alone would answer with wrong neighbours, or end the process."""
    whole = tmp_path / "whole"
    with Vectors(whole, write=True) as store:
        fill(store, 130)
        store.delete("passages", [5])
    for name in FILES:
        for size in (0.5, None):
            folder = tmp_path / "half"
            shutil.copytree(whole, folder)
            file = graph_of(folder) / name
            if size is None:
                file.unlink()
            else:
                os.truncate(file, int(file.stat().st_size * size))
            for write in (False, True):
                with Vectors(folder, write=write) as store:
                    assert store.count("passages") == 129
                    assert [first_hit(store, n) for n in (0, 64, 129)] == [0, 64, 129]
                    assert first_hit(store, 5) != 5
            assert "built again" in caplog.text
            caplog.clear()
            with Vectors(folder, write=True):
                assert caplog.text == ""
            shutil.rmtree(folder)


def test_sound_folders_are_taken_as_they_are(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also copied ones, whose files have other times."""
    caplog.set_level(logging.WARNING)
    with Vectors(tmp_path / "one", write=True) as store:
        fill(store, 130)
    shutil.copytree(tmp_path / "one", tmp_path / "two", copy_function=shutil.copyfile)
    for name in ("one", "two"):
        for write in (False, True):
            with Vectors(tmp_path / name, write=write) as store:
                assert first_hit(store, 77) == 77
    assert caplog.text == ""


def test_a_database_that_is_none_says_so(tmp_path: Path) -> None:
    with Vectors(tmp_path, write=True) as store:
        fill(store, 50)
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database at all" * 1000)
    for write in (True, False):
        with pytest.raises(VectorsDamaged, match="rebuild"):
            Vectors(tmp_path, write=write)


def test_a_failure_in_the_middle_of_a_change_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Vectors(tmp_path, write=True) as store:
        fill(store, 130)

        def fail(work: Any) -> None:
            (graph_of(tmp_path) / FILES[1]).write_bytes(b"")
            raise OSError("no space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(Vectors, "_add", fail)
            with pytest.raises(OSError, match="no space"):
                store._storage.change(lambda: fail(None))
        fill(store, 20, first=200)
        assert store.count("passages") == 150
        assert [first_hit(store, n) for n in (0, 64, 219)] == [0, 64, 219]


# many processes, and many in one


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


def test_one_process_opens_a_folder_for_writing_once(tmp_path: Path) -> None:
    with Vectors(tmp_path, write=True) as store:
        fill(store, 10)
        with pytest.raises(UsageError, match="already"):
            Vectors(tmp_path, write=True)
        with Vectors(tmp_path, write=False) as reader:
            assert reader.count("passages") == 10
        fill(store, 10, first=50)
    with Vectors(tmp_path, write=True) as store:
        assert store.count("passages") == 20


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
    counts = []
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


# deletion, down to the bytes


def places_of(folder: Path, numbers: Iterable[int]) -> dict[int, set[str]]:
    """The files that hold these passages' vectors, or a piece of them; without those in none."""
    found: dict[int, set[str]] = {}
    for file in folder.rglob("*"):
        held = file.read_bytes() if file.is_file() else b""
        for number in numbers:
            if helper.vector_of(number).tobytes()[32:96] in held:
                found.setdefault(number, set()).add(file.name)
    return found


def test_compacting_takes_deleted_vectors_off_the_disk(tmp_path: Path) -> None:
    with Vectors(tmp_path, write=True) as store:
        fill(store, 200)
        store.delete_documents([1])
        assert set(places_of(tmp_path, range(10, 20))) == set(range(10, 20))  # in log and graph
        store.compact("passages")
        assert places_of(tmp_path, range(10, 20)) == {}
        assert "chroma.sqlite3" in places_of(tmp_path, [20])[20]
        store.delete("passages", list(store.ids("passages")))
        store.compact("passages")
        assert store.count("passages") == 0
        assert places_of(tmp_path, range(200)) == {}
        fill(store, 20, first=1000)
        assert first_hit(store, 1019) == 1019
    assert places_of(tmp_path, range(200)) == {}
    with Vectors(tmp_path, write=True) as store:
        assert store.count("passages") == 20


@pytest.mark.parametrize("step", ["drop_graph", "_connect"])
def test_compacting_cut_short_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder = tmp_path / "v"
    with Vectors(folder, write=True) as store:
        fill(store, 100)
        store.delete_documents([1])
        with monkeypatch.context() as patch:
            owner = type(store._storage._folder) if step == "drop_graph" else type(store._storage)
            patch.setattr(owner, step, lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                store.compact("passages")
        shutil.copytree(folder, tmp_path / "killed")
        assert store.count("passages") == 90
        assert first_hit(store, 99) == 99
    with Vectors(tmp_path / "killed", write=True) as store:
        assert store.count("passages") == 90
        assert first_hit(store, 99) == 99
        store.compact("passages")
        assert places_of(tmp_path / "killed", [15]) == {}


def test_no_words_reach_chroma(tmp_path: Path) -> None:
    with Vectors(tmp_path, write=True) as store:
        fill(store, 30)
    with sqlite3.connect(tmp_path / "chroma.sqlite3") as database:
        keys = {row[0] for row in database.execute("SELECT DISTINCT key FROM embedding_metadata")}
    assert keys == {"document"}


# servers


def test_a_compaction_of_a_server_that_was_cut_short_is_finished(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with Vectors(address, write=True, name="cut") as store:
        fill(store, 50)
        client = store._storage._client
        for step in ("delete_collection", "modify"):
            with monkeypatch.context() as patch:
                if step == "modify":
                    patch.setattr("chromadb.api.models.Collection.Collection.modify", cut)
                else:
                    patch.setattr(client, "delete_collection", cut)
                with pytest.raises(KeyboardInterrupt):
                    store.compact("passages")
            with Vectors(address, write=True, name="cut") as other:
                assert other.count("passages") == 50
                assert first_hit(other, 30) == 30
            assert store.count("passages") == 50


@pytest.mark.slow
def test_a_served_folder_is_not_changed_by_others_and_mended_when_its_server_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "v"
    monkeypatch.setattr("looktwice.retrieval.vectors.folder._PATIENCE", 0.1)
    with helper.server(folder) as (address, process), Vectors(address, write=True) as store:
        fill(store, 130)
        with pytest.raises(UsageError, match="--store"):
            Vectors(folder, write=True)
        with pytest.raises(UsageError, match="--store"):
            Vectors(folder, write=False)
        process.kill()
        process.wait()
        with pytest.raises(VectorsUnreachable, match="serve"):
            store.count("passages")
    with Vectors(folder, write=True, name="looktwice") as store:
        assert store.count("passages") == 130
        assert first_hit(store, 129) == 129


@pytest.mark.slow
def test_a_server_ends_in_order_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with helper.server(tmp_path) as (address, process):
        with Vectors(address, write=True) as store:
            fill(store, 130)
            store.delete_documents([3])
        process.terminate()
        assert process.wait(20) == 0
    with helper.server(tmp_path) as (address, _), Vectors(address, write=False) as store:
        assert store.count("passages") == 120
        assert first_hit(store, 100) == 100
        assert places_of(tmp_path, [35]) == {}


@pytest.mark.parametrize(
    "address", ["ftp://localhost:1", "http://", "http://localhost:x", "http://localhost:1/path"]
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(UsageError, match="http://host:port"):
        Vectors(address, write=False)


def test_nobody_answers() -> None:
    with pytest.raises(VectorsUnreachable, match="serve"):
        Vectors(f"http://127.0.0.1:{helper.free_port()}", write=False)


def test_a_port_that_is_taken(address: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot serve"):
        module.serve(tmp_path, port=int(address.rsplit(":", 1)[1]))
    with pytest.raises(UsageError, match="cannot serve"):
        module.serve(tmp_path, port=10**6)


def test_chroma_is_not_loaded_before_it_is_used() -> None:
    code = "import sys, looktwice.retrieval.vectors.vectors; print('chromadb' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
