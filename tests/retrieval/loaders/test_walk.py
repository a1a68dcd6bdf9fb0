"""Which files are found in folders."""

from __future__ import annotations

import os
from pathlib import Path

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
