"""Files hold documents: moved, copied, renamed, failed."""

from __future__ import annotations

import pytest
from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import NewFile

from .kit import add, found


def test_a_document_stays_as_long_as_any_file_holds_it(catalog: Catalog) -> None:
    document = add(catalog, "a", [["same words"]])
    assert catalog.add_file("/docs/b", "b", 10, 1, document) == "b"
    other, _ = catalog.begin("2", type="pdf", bytes=1, replaces=document)
    catalog.publish(other, [NewFile("/docs/a", "a", 10, 2)])  # /docs/b still holds it
    assert catalog.ready("a") == document
    assert [d.names for d in catalog.documents()] == [("b",), ("a",)]
    assert catalog.forget_file("/docs/b") is True
    assert catalog.ready("a") is None
    assert catalog.forget_file("/docs/b") is False
    assert catalog.ready("2") == other


def test_a_file_that_takes_anothers_content_lets_its_own_document_go(catalog: Catalog) -> None:
    first, second = add(catalog, "a", [["one"]]), add(catalog, "b", [["two"]])
    assert catalog.add_file("/docs/b", "other hint", 10, 1, first) == "b"
    assert [u.id for u in catalog.unfinished()] == [second]
    assert catalog.documents()[0].names == ("a", "b")


def test_touch_changes_only_what_is_known_of_the_file(catalog: Catalog) -> None:
    document = add(catalog, "a", [["one"]])
    generation = catalog.generation
    catalog.touch("/docs/a", 10, 99)
    assert catalog.file("/docs/a") == (10, 99, document)
    assert catalog.generation == generation


def test_a_renamed_file_keeps_its_document_and_is_found_by_its_new_name(catalog: Catalog) -> None:
    document = add(catalog, "apples.pdf", [["one"], ["two"]])
    assert catalog.rename_file("/docs/apples.pdf", "/docs/pears.pdf", "pears.pdf", "pears") == (
        "pears.pdf"
    )
    assert catalog.file("/docs/apples.pdf") is None
    assert catalog.file("/docs/pears.pdf") == (10, 1, document)
    assert found(catalog, "apples") == []
    assert found(catalog, "pears") == ["one", "two"]
    with pytest.raises(KeyError):
        catalog.rename_file("/docs/apples.pdf", "/x", "x", "")


def test_a_rename_onto_another_file_lets_that_ones_document_go(catalog: Catalog) -> None:
    add(catalog, "a", [["one"]])
    second = add(catalog, "b", [["two"]])
    assert catalog.rename_file("/docs/a", "/docs/b", "b", "b") == "b"
    assert [u.id for u in catalog.unfinished()] == [second]
    assert catalog.rename_file("/docs/b", "/docs/b", "b", "b") == "b"


def test_failures_are_kept_until_the_file_is_added(catalog: Catalog) -> None:
    catalog.record_failure("/docs/b", "is empty", 0, 5)
    catalog.record_failure("/docs/a", "is encrypted", 9, 6)
    catalog.record_failure("/docs/a", "is truncated", 8, 7)
    assert [(f.path, f.reason) for f in catalog.failures()] == [
        ("/docs/a", "is truncated"),
        ("/docs/b", "is empty"),
    ]
    known = catalog.failure("/docs/a")
    assert known is not None
    assert (known.bytes, known.mtime_ns) == (8, 7)
    assert known.when
    add(catalog, "a", [["one"]])
    catalog.clear_failure("/docs/b")
    assert catalog.failures() == []


def test_roots_are_kept_once(catalog: Catalog) -> None:
    for root in ("/b", "/a", "/b"):
        catalog.add_root(root)
    assert catalog.roots() == ["/a", "/b"]
