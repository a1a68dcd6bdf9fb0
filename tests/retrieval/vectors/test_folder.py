"""A folder that a stop left half written is repaired, a sound one taken as it is."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import UsageError
from looktwice.retrieval.vectors.files import clear_unused
from looktwice.retrieval.vectors.vectors import Vectors, VectorsDamaged

from .kit import fill, first_hit

FILES = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")


def graph_of(folder: Path) -> Path:
    return next(item for item in folder.iterdir() if item.is_dir())


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


def test_what_memory_held_is_emptied_behind_the_last_vector(tmp_path: Path) -> None:
    """Chroma writes the unused part of these files as it finds it: old vectors may stand there."""
    with Vectors(tmp_path, write=True) as store:
        fill(store, 130)
        graph = graph_of(tmp_path)
        used = {name: (graph / name).read_bytes() for name in ("data_level0.bin", "length.bin")}
        assert len(used["length.bin"]) == 130 * 4
        for name, vectors in used.items():
            (graph / name).write_bytes(vectors + b"secret." * 200)
        clear_unused(graph)
        for name, vectors in used.items():
            assert (graph / name).read_bytes() == vectors + bytes(7 * 200)


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
