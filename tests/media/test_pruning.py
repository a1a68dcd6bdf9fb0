"""What nothing refers to is found by age, and what a chat or a session needs stays."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.media.pruning import remove, unneeded_files
from looktwice.media.store import Store

from .kit import encoded, sketch

DAY = 24 * 3600


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with three old pictures and an old upload."""
    store = Store(tmp_path / "store")
    for shade in ("red", "green", "blue"):
        store.add(encoded(sketch().convert("L").convert("RGB").rotate(90 * len(shade)), "PNG"))
    upload = tmp_path / "uploads" / "abc" / "a.png"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(b"x" * 100)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    return tmp_path


def pictures_of(home: Path) -> list[Path]:
    return sorted(path for path in (home / "store").rglob("*") if path.is_file())


def written(home: Path, value: str | bytes, name: str = "sessions.db") -> None:
    with sqlite3.connect(home / name) as database:
        database.execute("CREATE TABLE IF NOT EXISTS kept (value)")
        database.execute("INSERT INTO kept VALUES (?)", (value,))


def test_what_nothing_refers_to_is_removed_with_its_folders(home: Path) -> None:
    files = unneeded_files(home, 30 * DAY)
    assert {file.kind for file in files} == {"picture", "upload"}
    assert remove(files) == sum(file.bytes for file in files) > 100
    assert list((home / "store").iterdir()) == list((home / "uploads").iterdir()) == []


@pytest.mark.parametrize("packed", [False, True])
def test_pictures_of_chats_and_sessions_stay(home: Path, packed: bool) -> None:
    needed = pictures_of(home)[0]
    value = f'{{"sha256": "{needed.stem}"}}'
    written(home, b"\x82\xa6" + value.encode() + b"\x00" if packed else value)
    remove(unneeded_files(home, 30 * DAY))
    assert pictures_of(home) == [needed]


def test_what_was_used_lately_stays(home: Path) -> None:
    used = pictures_of(home)[0]
    Store(home / "store").add(used.read_bytes())
    assert used not in [file.path for file in unneeded_files(home, DAY)]
    assert unneeded_files(home, 1e12) == []


def test_nothing_is_removed_where_a_database_cannot_be_read(home: Path) -> None:
    (home / "chats.db").write_bytes(b"no database" * 100)
    with pytest.raises(UsageError, match="nothing is removed"):
        unneeded_files(home, DAY)


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_links_are_neither_followed_nor_removed(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.png"
    outside.write_bytes(b"x")
    (home / "store" / "link.png").symlink_to(outside)
    (home / "uploads" / "folder").symlink_to(outside.parent, target_is_directory=True)
    remove(unneeded_files(home, -1))
    assert outside.is_file()


def test_an_empty_home_needs_nothing(tmp_path: Path) -> None:
    assert unneeded_files(tmp_path / "nowhere", 0) == []
