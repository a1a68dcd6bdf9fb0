"""Catalog and vectors are proved to agree, repaired, and made again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.retrieval.text.chunking import Chunk
from looktwice.settings import Settings

from .kit import HashedWords, open_index


def test_a_damaged_keyword_index_is_made_again(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
    with closing(sqlite3.connect(tmp_path / "ix" / "catalog.db")) as c, c:
        c.execute("DELETE FROM words_data WHERE id > 10")
    with open_index(tmp_path / "ix", settings, write=True) as index:
        checked = index.verify()
        assert (checked.repaired, checked.ok, checked.missing) == (True, True, 0)
        assert not index.verify().repaired
        assert "words" in index.search("boiler")[0].found_by


def test_other_embedders_are_refused_with_the_command_and_rebuild_takes_them(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    class Other(HashedWords):
        name = "another one"

    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
    with pytest.raises(UsageError, match="index rebuild"):
        open_index(tmp_path / "ix", settings, text=Other())
    with open_index(tmp_path / "ix", settings, write=True, text=Other(), rebuild=True) as index:
        assert index.rebuild() == 4
    with open_index(tmp_path / "ix", settings, text=Other()) as index:
        assert index.search("boiler")[0].document == "letter_1.txt"
        assert index.verify(repair=False).ok


def test_rebuilding_an_index_of_an_older_form_cuts_its_passages_again(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    """The old form: one passage a page, of its first letters only."""
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        expected = [(h.document, h.page, h.text) for h in index.search("boiler repair 1001")]
        for document in index.documents():
            page = index.page(document.name, 1)
            index._catalog.rechunk(document.id, [(page, [Chunk(0, 5)])], "")
        index._catalog.set_meta("form", "1")
    with pytest.raises(UsageError, match="index rebuild"):
        open_index(tmp_path / "ix", settings)
    with open_index(tmp_path / "ix", settings, write=True, rebuild=True) as index:
        assert [p.text for p in index._catalog.passages(index._catalog.all_passage_ids())] == [
            "This "
        ] * 4
        (docs / "letter_1.txt").unlink()  # its pages are in the catalog
        assert index.rebuild() == 4
        again = index._catalog.passages(index._catalog.all_passage_ids())
        assert all(p.text.startswith("This letter") for p in again)
    with open_index(tmp_path / "ix", settings) as index:
        found = [(h.document, h.page, h.text) for h in index.search("boiler repair 1001")]
        assert found == expected
        assert index.verify(repair=False).ok


def test_verify_finds_and_mends_lost_and_foreign_vectors(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        vectors = index._vectors.live()
        lost = next(vectors.ids("passages"))
        vectors.delete("passages", [lost])
        vectors.add("passages", [9999], HashedWords().embed(["foreign"]), [77])
        found = index.verify(repair=False)
        assert (found.missing, found.extra, found.ok) == (1, 1, False)
        assert index.verify().repaired
        assert index.verify(repair=False).ok
