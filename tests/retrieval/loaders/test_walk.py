"""Which files are found in folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from looktwice.retrieval.loaders.walk import Walk


def names(walk: Walk) -> list[str]:
    return [found.hint for found in walk.files()]


def test_known_kinds_are_found_in_order_with_names_inside_the_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.pdf", "a.txt", "sub/c.MD", "program.exe", ".hidden.txt"):
        (tmp_path / name).write_text("x")
    walk = Walk([tmp_path])
    assert names(walk) == ["a.txt", "b.pdf", "sub/c.MD"]
    assert walk.skipped == 1


def test_a_file_that_was_named_is_tried_and_nothing_comes_twice(tmp_path: Path) -> None:
    (tmp_path / "notes.weird").write_text("x")
    (tmp_path / "a.txt").write_text("x")
    walk = Walk([tmp_path / "notes.weird", tmp_path, tmp_path / "a.txt"])
    assert names(walk) == ["notes.weird", "a.txt"]


def test_a_loop_of_links_ends_and_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.txt").write_text("x")
    os.symlink(tmp_path, tmp_path / "inner" / "again", target_is_directory=True)
    walk = Walk([tmp_path])
    assert names(walk) == ["inner/a.txt"]
    assert [("leads back" in reason) for _, reason in walk.failed] == [True]


def test_links_out_of_a_folder_are_named_and_followed_only_where_that_is_set(
    tmp_path: Path,
) -> None:
    for name in ("outside/secret.txt", "outside/more/b.txt", "inside/a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    inside = tmp_path / "inside"
    os.symlink(tmp_path / "outside" / "secret.txt", inside / "file.txt")
    os.symlink(tmp_path / "outside" / "more", inside / "folder", target_is_directory=True)
    os.symlink(inside / "a.txt", inside / "same.txt")
    walk = Walk([inside])
    assert names(walk) == ["a.txt", "same.txt"]
    assert [Path(path).name for path, _ in walk.failed] == ["folder", "file.txt"]
    assert all("is a link out of the folder" in reason for _, reason in walk.failed)
    followed = Walk([inside], follow_links=True)
    assert names(followed) == ["a.txt", "file.txt", "same.txt", "folder/b.txt"]
    assert names(Walk([inside / "file.txt"])) == ["file.txt"]  # it was named


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and devices")
def test_pipes_and_devices_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    os.mkfifo(tmp_path / "pipe.txt")
    os.symlink("/dev/zero", tmp_path / "zero.txt")
    walk = Walk([tmp_path], follow_links=True)
    assert names(walk) == ["a.txt"]
    assert sorted(Path(path).name for path, _ in walk.failed) == ["pipe.txt", "zero.txt"]
    assert all("not a regular file" in reason for _, reason in walk.failed)
