"""Vectors are found, replaced and deleted as a plain dictionary would do, also across kills."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looktwice.errors import UsageError
from looktwice.retrieval.vectors import vectors as module
from looktwice.retrieval.vectors.vectors import Vectors

from .. import chroma_server as helper
from .kit import fill, first_hit, places_of

Open = Callable[..., Vectors]


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


@pytest.mark.slow
def test_killed_at_twenty_moments_nothing_stored_is_lost(tmp_path: Path, writers: Any) -> None:
    folder = tmp_path / "vectors"
    moments = random.Random(4)
    stored = first = 0
    for _ in range(20):
        process = writers.start(folder, first)
        if moments.random() < 0.8:  # else killed while it opens
            for _ in range(moments.randint(1, 3)):  # batches, however busy the machine
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
            storage: Any = store._storage
            owner = type(storage._folder) if step == "drop_graph" else type(storage)
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


def test_chroma_is_not_loaded_before_it_is_used() -> None:
    code = "import sys, looktwice.retrieval.vectors.vectors; print('chromadb' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
