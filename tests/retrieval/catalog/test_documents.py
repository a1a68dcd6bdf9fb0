"""A document is seen from publishing to removing only."""

from __future__ import annotations

import pytest
from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import NewFile

from .kit import add, found, page_of, reader


def seen(catalog: Catalog, document: int) -> list[object]:
    """Everything a reader can get hold of, of a document with passage 1 on page 1."""
    return [
        catalog.documents(),
        catalog.ids(),
        catalog.document("a"),
        catalog.ready("a"),
        catalog.page(document, 1),
        catalog.passages([1]),
        catalog.around(1, 1, 1),
        catalog.passages_on(document, 1),
        catalog.keyword("rare", 5),
        catalog.keyword("rare", 5, [document]),
        list(catalog.all_passage_ids()),
        catalog.counts()["documents"],
        catalog.counts()["passages"],
        catalog.counts()["bytes"],
    ]


def test_a_document_is_seen_from_publishing_to_removing_only(catalog: Catalog) -> None:
    with reader(catalog) as other:
        document, _ = catalog.begin("a", type="pdf", bytes=1)
        catalog.add_pages(document, [page_of(1, "rare words")], "a")
        catalog.done(document, 1)
        assert not any(seen(other, document))
        assert list(other.all_passage_ids("adding")) == [1]
        catalog.publish(document, [NewFile("/a", "a", 1, 1)])
        assert all(seen(other, document))
        catalog.remove(document)
        assert not any(seen(other, document))
        assert list(other.all_passage_ids("removing")) == [1]
        assert other.file("/a") is None
        catalog.purge(document)
        assert not any(seen(other, document))
        assert list(other.all_passage_ids("removing")) == []


def test_a_half_added_document_is_gone_on_with(catalog: Catalog) -> None:
    document, _ = catalog.begin("a", type="pdf", bytes=1)
    kept = catalog.add_pages(document, [page_of(1, "one"), page_of(2, "two", "three")], "a")
    catalog.done(document, 2)
    lost = catalog.add_pages(document, [page_of(3, "four", "five")], "a")
    assert (kept, lost) == ([[1], [2, 3]], [[4, 5]])
    catalog.close()
    with Catalog(catalog._db.path, write=True) as again:
        (left,) = again.unfinished()
        assert (left.id, left.state, list(left.passages)) == (document, "adding", [1, 2, 3, 4, 5])
        assert again.begin("a", type="pdf", title="new", bytes=1) == (document, 2)
        assert again.orphans() == [4, 5]
        fresh = again.add_pages(document, [page_of(3, "four")], "a")
        assert fresh == [[6]]  # a vector of passage 4 must not point at other words
        again.orphans_gone([4])
        assert again.orphans() == [5]
        again.publish(document, [NewFile("/a", "a", 1, 1)])
        assert again.unfinished() == []
        assert [d.title for d in again.documents()] == ["new"]
        assert set(found(again, "four five two")) == {"four", "two"}


def test_ids_are_not_used_again_after_a_removal(catalog: Catalog) -> None:
    first = add(catalog, "a", [["one", "two"]])
    catalog.remove(first)
    catalog.purge(first)
    second = add(catalog, "a", [["one"]])
    assert second > first
    assert list(catalog.all_passage_ids()) == [3]


def test_pages_come_in_order_and_once(catalog: Catalog) -> None:
    document, _ = catalog.begin("a", type="pdf", bytes=1)
    catalog.add_pages(document, [page_of(2, "x")], "a")
    for wrong in ([2], [1], [4, 3], [3, 3]):
        with pytest.raises(ValueError, match="in order"):
            catalog.add_pages(document, [page_of(number, "x") for number in wrong], "a")
    assert list(catalog.passage_ids(document)) == [1]


def test_publishing_needs_a_file_and_a_document_that_is_being_added(catalog: Catalog) -> None:
    document, _ = catalog.begin("a", type="pdf", bytes=1)
    with pytest.raises(ValueError, match="got none"):
        catalog.publish(document, [])
    assert catalog.unfinished()[0].state == "adding"
    catalog.publish(document, [NewFile("/a", "a", 1, 1)])
    with pytest.raises(ValueError, match="being added"):
        catalog.publish(document, [NewFile("/a", "a", 1, 1)])
    with pytest.raises(ValueError, match="not ready"):
        catalog.begin("a", type="pdf", bytes=1)
    with pytest.raises(ValueError, match="is ready"):
        catalog.purge(document)


def test_a_changed_file_replaces_its_old_self_in_one_moment(catalog: Catalog) -> None:
    old = add(catalog, "a", [["old words"]], sha256="1")
    new, _ = catalog.begin("2", type="pdf", bytes=1, replaces=old)
    catalog.add_pages(new, [page_of(1, "new words")], "a")
    assert found(catalog, "words") == ["old words"]
    catalog.publish(new, [NewFile("/docs/a", "a", 11, 2)])
    assert found(catalog, "words") == ["new words"]
    assert [(u.id, u.state) for u in catalog.unfinished()] == [(old, "removing")]
    catalog.purge(old)
    assert catalog.unfinished() == []
    assert [d.name for d in catalog.documents()] == ["a"]


def test_a_large_document_is_purged_in_steps(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("looktwice.retrieval.catalog.documents._AT_ONCE", 3)
    monkeypatch.setattr("looktwice.retrieval.catalog.reading._AT_ONCE", 3)
    document = add(catalog, "a", [["x", "y"]] * 6)
    add(catalog, "b", [["x"]])
    assert len(list(catalog.passage_ids(document))) == 12
    catalog.remove(document)
    catalog.purge(document)
    assert list(catalog.all_passage_ids()) == [13]
    with catalog._db.reading() as c:
        left = [
            c.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("documents", "pages", "passages", "words", "files")
        ]
    assert left == [1, 1, 1, 1, 1]
