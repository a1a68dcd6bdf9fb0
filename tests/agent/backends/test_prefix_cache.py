"""What was computed of prompts' beginnings: found whole or not at all, and never too many."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from looktwice.agent.backends.prefix_cache import _MOST, Beginnings


@pytest.fixture
def kept(tmp_path: Path) -> Beginnings:
    return Beginnings(tmp_path / "made" / "here")


def put(kept: Beginnings, key: str, content: bytes) -> Path:
    (kept.folder / "fresh.new").write_bytes(content)
    kept.keep(key, "fresh.new")
    name = kept.find(key)
    assert name is not None
    return kept.folder / name


def test_what_is_kept_is_found_under_its_key(kept: Beginnings) -> None:
    file = put(kept, "one", b"computed")
    assert file.read_bytes() == b"computed"
    assert put(kept, "two", b"computed").name != file.name
    assert kept.find("one") == file.name
    assert kept.find("on") is None


@pytest.mark.parametrize("damage", [b"", b"comp", b"computer"])
def test_a_damaged_file_is_not_found_and_goes(kept: Beginnings, damage: bytes) -> None:
    file = put(kept, "one", b"computed")
    file.write_bytes(damage)
    assert kept.find("one") is None
    assert not file.exists()
    assert put(kept, "one", b"computed") == file


def test_a_newer_one_takes_the_place_of_the_old(kept: Beginnings) -> None:
    put(kept, "one", b"old")
    put(kept, "one", b"new")
    assert [file.read_bytes() for file in kept.folder.iterdir()] == [b"new"]


def test_the_oldest_go_when_there_are_too_many(kept: Beginnings) -> None:
    for age, number in enumerate(range(_MOST + 3, 0, -1)):
        file = put(kept, f"key{number}", bytes([number]))
        os.utime(file, (1_000 + age, 1_000 + age))
    left = {file.name.partition("-")[0] for file in kept.folder.iterdir()}
    assert left == {f"key{number}" for number in range(1, _MOST + 1)}


def test_what_was_used_lately_stays(kept: Beginnings) -> None:
    for number in range(_MOST):
        os.utime(put(kept, f"key{number}", bytes([number])), (1_000 + number, 1_000 + number))
    assert kept.find("key0")
    put(kept, "more", b"computed")
    assert kept.find("key0")
    assert kept.find("key1") is None
