"""catalog: what is stored comes back, what is not complete is never seen, what is removed is gone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.errors import BadInput, UsageError
from looktwice.retrieval.catalog import database, keywords
from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import Filters, NewFile, StoredPassage
from looktwice.retrieval.pages import Page, PageLine, RawLine, Word, build_page
from looktwice.retrieval.text.chunking import Chunk

HALF = "\ud83d"
"""Half of a character, as broken PDFs yield it."""


@pytest.fixture(autouse=True, scope="module")
def _careless() -> Iterator[None]:
    """Tests need not survive a power loss; processes that are killed keep to the real setting."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "_SYNCHRONOUS", "OFF")
        yield


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "index" / "catalog.db", write=True) as opened:
        yield opened


def reader(catalog: Catalog) -> Catalog:
    return Catalog(catalog._db.path, write=False)


def page_of(number: int, *passages: str, scanned: bool = False) -> tuple[Page, list[Chunk]]:
    """A page whose lines are its passages."""
    lines = [RawLine(tuple(Word(word) for word in text.split())) for text in passages]
    page = build_page(number, lines, scanned=scanned)
    return page, [Chunk(line.start, line.end, ("Chapter",)) for line in page.lines]


def add(
    catalog: Catalog,
    name: str,
    pages: Sequence[Sequence[str]],
    *,
    sha256: str = "",
    type: str = "pdf",
    date: str = "",
    replaces: int | None = None,
) -> int:
    """A document with these passages on its pages, held by /docs/<name>."""
    text = [page_of(number, *passages) for number, passages in enumerate(pages, 1)]
    document, done = catalog.begin(
        sha256 or name, type=type, title=f"About {name}", date=date, bytes=10, replaces=replaces
    )
    catalog.add_pages(document, text[done:], name)
    catalog.done(document, len(pages))
    catalog.publish(document, [NewFile(f"/docs/{name}", name, 10, 1)])
    return document


def found(catalog: Catalog, query: str, documents: Sequence[int] | None = None) -> list[str]:
    return [p.text for p in catalog.passages(i for i, _ in catalog.keyword(query, 99, documents))]


def bytes_of(catalog: Catalog) -> bytes:
    path = catalog._db.path
    return b"".join(p.read_bytes() for p in sorted(path.parent.glob(f"{path.name}*")))


# what is stored comes back

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)


@st.composite
def any_page(draw: st.DrawFn) -> Page:
    rows = draw(st.integers(0, 6))
    numbers = st.integers(-(2**31), 2**31 - 1)
    spans = draw(st.lists(st.tuples(numbers, numbers), min_size=rows, max_size=rows))
    boxes = draw(st.lists(st.tuples(*[finite] * 4), min_size=rows, max_size=rows))
    kinds = st.sampled_from(["text", "heading", "row", "furniture"])
    line = st.builds(
        PageLine,
        st.integers(0, 9**6),
        st.integers(0, 9**6),
        kinds,
        st.integers(0, 9),
        st.booleans(),
    )
    return Page(
        number=draw(st.integers(1, 9**6)),
        text=draw(st.text()),
        lines=tuple(draw(st.lists(line, max_size=5))),
        width=draw(finite),
        height=draw(finite),
        frame=draw(st.sampled_from(["picture", "page"])),
        spans=np.array(spans, np.int32).reshape(-1, 2),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        label=draw(st.text()),
        section=tuple(draw(st.lists(st.text(), max_size=3))),
        scanned=draw(st.booleans()),
    )


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    with Catalog(tmp_path_factory.mktemp("shared") / "catalog.db", write=True) as opened:
        yield opened


@given(page=any_page())
def test_a_page_comes_back_as_it_was(shared: Catalog, page: Page) -> None:
    document, _ = shared.begin("0" * 64, type="pdf", bytes=1)
    shared.add_pages(document, [(page, [])], "")
    shared.publish(document, [NewFile("/a", "a", 1, 1)])
    back = shared.page(document, page.number)
    shared.remove(document)
    assert back is not None
    for name in Page.__slots__:
        want, got = getattr(page, name), getattr(back, name)
        if isinstance(want, np.ndarray):
            assert got.dtype == want.dtype
            assert got.tobytes() == want.tobytes()
            assert got.shape == want.shape
        else:
            assert got == want


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


# what is not complete is not seen


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


# files


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


def test_names_are_short_and_each_is_used_once(catalog: Catalog) -> None:
    document = add(catalog, "x", [["one"]])

    def name(path: str, hint: str) -> str:
        return catalog.add_file(path, hint, 1, 1, document)

    assert name("/r/2021/report.pdf", "report.pdf") == "report.pdf"
    assert name("/r/2022/report.pdf", "report.pdf") == "2022/report.pdf"
    assert name("/s/2022/report.pdf", "report.pdf") == "s/2022/report.pdf"
    assert name("/r/2022/report.pdf", "report.pdf") == "2022/report.pdf"
    assert name("/t/s/2022/report.pdf", "2022/report.pdf") == "t/s/2022/report.pdf"
    assert name("/elsewhere", "report.pdf") == "report.pdf (2)"


def test_a_document_is_named_by_whatever_only_it_has(catalog: Catalog) -> None:
    first = add(catalog, "2021/Report.pdf", [["x"]], sha256="1")
    second = add(catalog, "2022/Report.pdf", [["x"]], sha256="2")
    third = add(catalog, "Cafe\u0301.html", [["x"]], sha256="3")

    def named(name: str) -> int | None:
        one = catalog.document(name)
        return one.id if one else None

    assert named("2021/Report.pdf") == named("2021/report.PDF") == first
    assert named("Report.pdf") is named("report") is named("none") is None
    assert named("café.html") == named("CAFÉ") == third
    catalog.remove(first)
    assert named("Report.pdf") == named("report") == second


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


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(), "abcd"),
        (Filters(folder="x"), "ab"),
        (Filters(folder="x/y/"), "b"),
        (Filters(folder="/docs/x"), "ab"),
        (Filters(folder="/doc"), ""),
        (Filters(folder="/"), "abcd"),
        (Filters(types=("pdf", "md")), "ac"),
        (Filters(documents=("x/a", "d", "nobody")), "ad"),
        (Filters(after="2022"), "bc"),
        (Filters(after="2022-05"), "c"),
        (Filters(before="2022"), "abc"),
        (Filters(before="2022-03-01"), "ab"),
        (Filters(after="2022-03-01", before="2022-03-01"), "b"),
        (Filters(folder="x", types=("html",), documents=("b",), after="2022"), "b"),
    ],
)
def test_filters(catalog: Catalog, filters: Filters, names: str) -> None:
    add(catalog, "x/a", [], type="pdf", date="2021-12-31")
    add(catalog, "x/y/b", [], type="html", date="2022-03-01")
    add(catalog, "c", [], type="md", date="2022-08-19T10:00:00")
    add(catalog, "d", [], type="txt")
    chosen = catalog.documents(filters)
    assert "".join(d.name[-1] for d in chosen) == names
    assert catalog.ids(filters) == {d.id for d in chosen}


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


# keyword search


def test_words_are_found_in_body_heading_and_name_and_ranked(catalog: Catalog) -> None:
    add(catalog, "3M_2018_10K.pdf", [["capital expenditures were $1,577.0"], ["nothing of note"]])
    add(catalog, "other.pdf", [["expenditure of capital letters, in capital"], ["net sales"]])
    assert found(catalog, "1577") == ["capital expenditures were $1,577.0"]
    assert set(found(catalog, "10-K")) == {"capital expenditures were $1,577.0", "nothing of note"}
    assert len(found(catalog, "chapters")) == 4
    add(catalog, "filler.pdf", [["filler"] * 9])
    hits = catalog.keyword("expenditures of 3M", 99)
    assert catalog.passages([hits[0][0]])[0].document == "3M_2018_10K.pdf"
    scores = [score for _, score in hits]
    assert scores == sorted(scores, reverse=True)
    assert len(catalog.keyword("expenditures of 3M", 1)) == 1
    assert catalog.keyword("expenditures", 0) == catalog.keyword("absent", 9) == []


def test_scripts_without_spaces_are_found(catalog: Catalog) -> None:
    add(catalog, "a", [["売上高は前年比で増加した"], ["ปริมาณการขายเพิ่มขึ้น"], ["बिक्री में वृद्धि हुई"]])
    assert found(catalog, "前年比") == ["売上高は前年比で増加した"]
    assert found(catalog, "การขาย") == ["ปริมาณการขายเพิ่มขึ้น"]
    assert found(catalog, "वृद्धि") == ["बिक्री में वृद्धि हुई"]


def test_a_search_in_some_documents_finds_nothing_elsewhere(catalog: Catalog) -> None:
    ids = [add(catalog, f"d{n}", [[f"common word {n}"]]) for n in range(40)]
    assert found(catalog, "word", [ids[3], ids[30]]) == ["common word 3", "common word 30"]
    assert found(catalog, "word", ids[5:]) == [f"common word {n}" for n in range(5, 40)]
    assert found(catalog, "word", []) == found(catalog, "word", [999]) == []


def test_common_words_give_way_to_rarer_ones_unless_they_are_all_there_is(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [add(catalog, f"d{n}", [[f"the company {n}"]]) for n in range(9)]
    rare = add(catalog, "rare", [["the auditor"]])
    assert len(found(catalog, "the auditor")) == 10  # in a small index nothing is common
    monkeypatch.setattr(keywords, "FEW_ROWS", 1)
    assert found(catalog, "the auditor") == ["the auditor"]
    assert len(found(catalog, "the company")) == 9
    assert len(found(catalog, "what is the")) == 10
    assert found(catalog, "the auditor", ids[:2]) == ["the company 0", "the company 1"]
    assert found(catalog, "the auditor", [rare]) == ["the auditor"]


def test_a_long_question_is_cut_to_its_rarest_words(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keywords, "MOST_TERMS", 2)
    monkeypatch.setattr(keywords, "COMMON_SHARE", 1.0)
    add(catalog, "d", [["alpha"], ["beta beta"], ["alpha gamma"], ["beta delta"], ["beta"]])
    assert set(found(catalog, "alpha beta gamma delta")) == {"alpha gamma", "beta delta"}


def test_the_rows_a_question_touches_are_bounded(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keywords, "MOST_ROWS", 3)
    monkeypatch.setattr(keywords, "COMMON_SHARE", 1.0)
    add(catalog, "d", [["one a"], ["two a"], ["two a"], ["three"]])
    assert set(found(catalog, "a two one")) == {"one a", "two a"}
    assert set(found(catalog, "a three")) == {"three"}


def test_common_words_are_looked_for_where_the_rarer_ones_are_not(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keywords, "MOST_ROWS", 1)
    add(catalog, "rare", [["the auditor"]])
    ids = [add(catalog, f"d{n}", [[f"the company {n}"]]) for n in range(40)]
    assert found(catalog, "the auditor") == ["the auditor"]
    assert len(found(catalog, "the auditor", ids)) == 40


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_may_be_asked_for(shared: Catalog, query: str) -> None:
    for text in (query, f'alpha" {query}', f"alpha OR {query} NEAR(", f"body : {query}*"):
        shared.keyword(text, 5)
        shared.keyword(text, 5, [1])


@pytest.mark.parametrize(
    "query",
    ['"', "alpha AND", "body:alpha", "alpha*", "NOT alpha", "NEAR(alpha)", "^alpha", "a'); --"],
)
def test_nothing_in_a_query_has_a_special_meaning(catalog: Catalog, query: str) -> None:
    add(catalog, "d", [["alpha"], ["beta"]])
    assert found(catalog, query) == (["alpha"] if "alpha" in query else [])


# what is removed is gone


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


# many at once, and stops


def test_readers_in_threads_see_whole_documents_while_one_writes(catalog: Catalog) -> None:
    def read(_: int) -> None:
        with reader(catalog) as other:
            for _ in range(30):
                for document in other.documents():
                    assert document.passages == 4
                    texts = [p.text for p in other.passages_on(document.id, 1)]
                    assert texts in ([], ["same", "words", "every", "where"])
                assert len(other.keyword("words", 999)) <= 12

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read, n) for n in range(3)]
        for n in range(12):
            document = add(catalog, f"d{n}", [["same", "words", "every", "where"]])
            if n % 3 == 0:
                catalog.remove(document)
                catalog.purge(document)
        for done in readers:
            done.result()


def test_one_catalog_is_shared_by_threads(catalog: Catalog) -> None:
    def work(n: int) -> int:
        document = add(catalog, f"d{n}", [["same"], ["words"]])
        assert catalog.keyword("words", 99)
        return document

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(work, range(12)))
    assert sorted(ids) == [d.id for d in catalog.documents()] == list(range(1, 13))
    assert len(catalog._db._idle) <= 4


def test_several_may_make_the_catalog_at_once(tmp_path: Path) -> None:
    def make(number: int) -> None:
        with Catalog(tmp_path / f"{number // 8}" / "catalog.db", write=True) as one:
            one.set_meta(f"key {number}", "value")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(32)))
    for number in range(32):
        with Catalog(tmp_path / f"{number // 8}" / "catalog.db", write=False) as one:
            assert one.meta(f"key {number}") == "value"


ADDING = """
import sys
from pathlib import Path
from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import NewFile
from looktwice.retrieval.text.chunking import Chunk
from looktwice.retrieval.pages import RawLine, Word, build_page

def page(number):
    return build_page(number, [RawLine((Word("words"), Word("of"), Word(str(number))))])

with Catalog(Path(sys.argv[1]), write=True) as catalog:
    print("open", flush=True)
    for name in range(10_000):
        if catalog.ready(str(name)):
            continue
        document, done = catalog.begin(str(name), type="pdf", bytes=1)
        for number in range(done + 1, 5):
            catalog.add_pages(document, [(page(number), [Chunk(0, 10)])], "name")
            catalog.done(document, number)
        catalog.publish(document, [NewFile(f"/{name % 7}", str(name % 7), 1, 1)])
        for old in catalog.unfinished():
            catalog.purge(old.id)
        print(name, flush=True)
"""


def test_a_killed_writer_leaves_whole_documents_only(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    for lines in (1, 2, 9):
        process = subprocess.Popen(
            [sys.executable, "-c", ADDING, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(lines):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with Catalog(path, write=True) as catalog:
            assert integrity(catalog) == ["ok"]
            for document in catalog.documents():
                assert (document.pages, document.passages) == (4, 4)
            assert len(catalog.keyword("words", 999)) == 4 * len(catalog.documents())
            for left in catalog.unfinished():
                catalog.remove(left.id)
                catalog.purge(left.id)


def integrity(catalog: Catalog) -> list[str]:
    with catalog._db.writing() as c:
        c.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        assert c.execute("PRAGMA foreign_key_check").fetchall() == []
        return [row[0] for row in c.execute("PRAGMA integrity_check")]


# files that are no catalog, and what cannot be written


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
