"""A file that is no sound catalog of ours is refused and left alone."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from looktwice.errors import BadInput, UsageError
from looktwice.retrieval.catalog import database
from looktwice.retrieval.catalog.catalog import Catalog

from .kit import add, reader


def test_several_may_make_the_catalog_at_once(tmp_path: Path) -> None:
    def make(number: int) -> None:
        with Catalog(tmp_path / f"{number // 8}" / "catalog.db", write=True) as one:
            one.set_meta(f"key {number}", "value")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(32)))
    for number in range(32):
        with Catalog(tmp_path / f"{number // 8}" / "catalog.db", write=False) as one:
            assert one.meta(f"key {number}") == "value"


def test_there_must_be_something_to_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no index here"):
        Catalog(tmp_path / "catalog.db", write=False)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_changes_nothing(catalog: Catalog) -> None:
    with reader(catalog) as other:
        with pytest.raises(UsageError, match="for reading only"):
            other.set_meta("a", "b")
        with pytest.raises(UsageError, match="for reading only"):
            other.begin("a", type="pdf", bytes=1)
    with pytest.raises(UsageError, match="is closed"):
        other.documents()


def test_a_newer_catalog_is_refused_with_what_to_do(catalog: Catalog) -> None:
    catalog.set_meta("version", "99")
    for write in (False, True):
        with pytest.raises(UsageError, match=r"version 99.*update Looktwice"):
            Catalog(catalog._db.path, write)


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize("content", [b"no database at all" * 99, b"%PDF-1.7"])
def test_another_file_is_refused_and_left_alone(
    tmp_path: Path, content: bytes, write: bool
) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"catalog\.db"):
        Catalog(path, write)
    assert path.read_bytes() == content


@pytest.mark.parametrize("write", [False, True])
def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path, write: bool) -> None:
    path = tmp_path / "catalog.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE meta (key, value)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(BadInput, match="is not the catalog of an index"):
        Catalog(path, write)
    assert path.read_bytes() == before


def test_a_damaged_catalog_is_told_so(catalog: Catalog) -> None:
    for n in range(40):
        add(catalog, f"d{n}", [[f"word {n} " * 99]])
    catalog.close()
    path = catalog._db.path
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(BadInput, match="damaged"), Catalog(path, write=False) as other:
        other.documents()


def test_a_folder_that_cannot_be_written_can_still_be_read(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(catalog, "a", [["one"]])
    catalog.close()
    connected = database._connected

    def refusing(path: Path, mode: str, *rest: type[sqlite3.Connection]) -> sqlite3.Connection:
        if mode == "ro":  # what SQLite says where it cannot make its shared-memory file
            raise sqlite3.OperationalError("unable to open database file")
        return connected(path, mode, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(database, "_connected", refusing)
        with Catalog(catalog._db.path, write=False) as other:
            assert [d.name for d in other.documents()] == ["a"]
            patched.undo()
            with Catalog(catalog._db.path, write=True) as writer:
                add(writer, "b", [["two"]])
            assert [d.name for d in other.documents()] == ["a", "b"]


def test_a_folder_that_cannot_be_written_is_not_read_past_changes_in_its_log(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(catalog, "a", [["one"]])  # not yet in the file itself
    connected = database._connected

    def refusing(path: Path, mode: str, *rest: type[sqlite3.Connection]) -> sqlite3.Connection:
        if mode == "ro":
            raise sqlite3.OperationalError("unable to open database file")
        return connected(path, mode, *rest)

    monkeypatch.setattr(database, "_connected", refusing)
    with pytest.raises(UsageError, match="unable to open"):
        reader(catalog)


def test_a_catalog_of_version_1_is_read_as_it_is_and_grows_when_it_is_written(
    catalog: Catalog,
) -> None:
    document = add(catalog, "report", [["Years 2022 2021", "Sales 5 4"]])
    with catalog._db.writing() as c:  # as version 1 left it
        for column in ("tables", "seconds", "until"):
            c.execute(f"ALTER TABLE pages DROP COLUMN {column}")
        c.execute("DROP TABLE detections")
        c.execute("UPDATE meta SET value = '1' WHERE key = 'version'")
    with reader(catalog) as old:
        page = old.page(document, 1)
        assert page is not None
        (table,) = page.tables  # those that its lines show
        assert [cell.header for cell in table.cells if cell.text == "4"] == [("2021",)]
        assert old.meta("version") == "1"
    with Catalog(catalog._db.path, write=True) as grown:
        assert grown.meta("version") == "3"
        add(grown, "other", [["more"]])
        again = grown.page(document, 1)
        assert again is not None
        assert again.tables == page.tables
