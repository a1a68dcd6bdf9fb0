"""After removals nothing is left, at a price only where something was removed."""

from __future__ import annotations

import pytest
from looktwice.retrieval.catalog import database
from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import NewFile
from looktwice.retrieval.text.chunking import Chunk

from .kit import add, bytes_of, found, page_of, reader


def test_after_compacting_no_word_of_a_removed_document_is_in_the_files(catalog: Catalog) -> None:
    rare = ["zyxquartz", "zyxsecond", "zyxheading", "zyxname"]
    for n in range(30):
        add(catalog, f"keep{n}", [["ordinary words", f"number {n}"]])
    document, _ = catalog.begin("9", type="pdf", title="zyxname", bytes=1)
    page, (cut,) = page_of(1, "zyxquartz and zyxsecond words")
    catalog.add_pages(document, [(page, [Chunk(cut.start, cut.end, ("zyxheading",))])], "zyxname")
    catalog.publish(document, [NewFile("/docs/zyxname", "zyxname", 1, 1)])
    assert all(word.encode() in bytes_of(catalog) for word in rare)
    catalog.remove(document)
    catalog.purge(document)
    assert catalog.compact() is True
    assert b"zyx" not in bytes_of(catalog)
    assert len(found(catalog, "ordinary")) == 30


def test_compacting_waits_for_no_reader_and_is_finished_later(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    with Catalog(catalog._db.path, write=True) as writer, reader(catalog) as other:
        document = add(writer, "a", [["zyxquartz words"]])
        with other._db.reading() as held:
            held.execute("SELECT * FROM documents").fetchall()
            writer.remove(document)
            writer.purge(document)
            assert writer.compact() is False
            assert len(other._db._idle) == 0
        assert writer.compact() is True
        assert b"zyxquartz" not in bytes_of(writer)


def test_compacting_costs_nothing_when_nothing_was_removed(catalog: Catalog) -> None:
    add(catalog, "a", [["one"]])
    before = catalog._db.path.with_name("catalog.db-wal").stat().st_size
    assert catalog.compact() is True
    assert catalog._db.path.with_name("catalog.db-wal").stat().st_size == before
