"""What the catalog holds is given as it was asked for."""

from __future__ import annotations

import os
from dataclasses import asdict

from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import Filters, NewFile, StoredPassage
from looktwice.retrieval.text.chunking import Chunk

from .kit import HALF, add, found, page_of, reader


def test_a_document_comes_back_with_its_counts(catalog: Catalog) -> None:
    document, done = catalog.begin("ab", type="pdf", title="A title", date="2022-08-19", bytes=123)
    assert done == 0
    catalog.add_pages(document, [page_of(1, "one", "two"), page_of(2, scanned=True)], "a words")
    catalog.publish(
        document, [NewFile("/r/x/a.pdf", "a.pdf", 123, 7), NewFile("/r/y/b.pdf", "b.pdf", 123, 8)]
    )
    (one,) = catalog.documents()
    assert one.added
    assert asdict(one) | {"added": ""} == {
        "id": document,
        "name": "a.pdf",
        "names": ("a.pdf", "b.pdf"),
        "path": "/r/x/a.pdf",
        "type": "pdf",
        "title": "A title",
        "date": "2022-08-19",
        "sha256": "ab",
        "bytes": 123,
        "pages": 2,
        "scanned": 1,
        "passages": 2,
        "added": "",
    }
    assert catalog.ready("ab") == document
    assert catalog.file("/r/y/b.pdf") == (123, 8, document)
    assert set(catalog.files()) == {"/r/x/a.pdf", "/r/y/b.pdf"}
    assert catalog.counts() == {
        "documents": 1,
        "files": 2,
        "pages": 2,
        "passages": 2,
        "scanned": 1,
        "failures": 0,
        "bytes": {"pdf": 123},
    }


def test_an_empty_catalog_answers(catalog: Catalog) -> None:
    with reader(catalog) as other:
        assert other.documents() == other.failures() == other.roots() == []
        assert other.counts()["documents"] == 0
        assert other.keyword("anything", 5) == []
        assert (
            other.document("x") is other.page(1, 1) is other.file("/x") is other.meta("x") is None
        )
        assert other.around(1, 1, 1) == other.passages([1]) == other.passages_on(1, 1) == []


def test_passages_come_in_the_order_asked_for_and_without_what_is_missing(catalog: Catalog) -> None:
    document = add(catalog, "a", [["one", "two"], ["three"]])
    first, second, third = catalog.all_passage_ids()
    assert [p.text for p in catalog.passages([third, 99, first, third])] == [
        "three",
        "one",
        "three",
    ]
    assert catalog.passages([second]) == [
        StoredPassage(second, "a", document, 1, 4, 7, "two", ("Chapter",)),
    ]
    assert [p.text for p in catalog.passages_on(document, 1)] == ["one", "two"]


def test_neighbours_reach_over_pages_and_not_over_documents(catalog: Catalog) -> None:
    add(catalog, "a", [["before"]])
    add(catalog, "b", [["one", "two"], [], ["three", "four"]])
    add(catalog, "c", [["after"]])
    by_text = {p.text: p.id for p in catalog.passages(catalog.all_passage_ids())}

    def around(text: str, before: int, after: int) -> str:
        return " ".join(p.text for p in catalog.around(by_text[text], before, after))

    assert around("two", 1, 1) == "one two three"
    assert around("three", 0, 0) == "three"
    assert around("one", 3, 99) == "one two three four"
    assert around("four", 2, 1) == "two three four"


def test_half_characters_and_names_that_are_not_utf8_can_be_stored(catalog: Catalog) -> None:
    path = os.fsdecode(b"/docs/caf\xe9.pdf")
    document, _ = catalog.begin("a", type="pdf", title=f"t{HALF}", bytes=1)
    page, _ = page_of(1, f"word{HALF} other")
    catalog.add_pages(document, [(page, [Chunk(0, 11, (f"h{HALF}",))])], f"n{HALF}")
    catalog.publish(document, [NewFile(path, "caf\udce9.pdf", 1, 1)])
    catalog.record_failure(path + "x", f"because{HALF}", 1, 1)
    catalog.add_root(os.fsdecode(b"/docs\xe9"))
    assert catalog.file(path) == (1, 1, document)
    (one,) = catalog.documents()
    assert (one.path, one.name, one.title) == (path, "caf\ufffd.pdf", "t?")
    assert found(catalog, "other") == ["word? other"]
    assert catalog.roots() == [os.fsdecode(b"/docs\xe9")]
    assert catalog.failures()[0].path == path + "x"
    assert catalog.ids(Filters(folder="/docs")) == {document}


def test_the_generation_grows_with_every_change_that_readers_see(catalog: Catalog) -> None:
    with reader(catalog) as other:
        document, _ = catalog.begin("a", type="pdf", bytes=1)
        catalog.add_pages(document, [page_of(1, "x")], "a")
        assert other.generation == 0
        steps = [
            lambda: catalog.publish(document, [NewFile("/a", "a", 1, 1)]),
            lambda: catalog.add_file("/b", "b", 1, 1, document),
            lambda: catalog.rename_file("/b", "/c", "c", "c"),
            lambda: catalog.forget_file("/c"),
            lambda: catalog.record_failure("/f", "why", 1, 1),
            lambda: catalog.clear_failure("/f"),
            lambda: catalog.remove(document),
        ]
        for step in steps:
            before = other.generation
            step()
            assert other.generation > before
