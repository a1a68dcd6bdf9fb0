"""The tools of an index: evidence with its place, pages as pictures, failures with the nearest names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.evidence.rendering import in_words
from looktwice.control import Control
from looktwice.media.store import Store
from looktwice.schema import Evidence, Passage, Picture, ToolCall, ToolResult
from looktwice.settings import Settings
from looktwice.tools import run_tool
from looktwice.tools.context import Context
from looktwice.tools.documents.pictures import FIND_PICTURES
from looktwice.tools.documents.search import (
    FIRST_LOOK,
    SEARCH_TOOLS,
    Searchable,
    nearest_names,
    search_tools,
)
from looktwice.tools.documents.videos import WATCH
from looktwice.tools.registry import default_tools
from PIL import Image

from ...agent import fake_index

LEASE = (
    "1 Premises",
    "The flat at Harbour Street 5",
    "2 Rent",
    "The rent is EUR 900 a month",
    "3 Term",
    "The lease may be ended with three months of notice",
)


@pytest.fixture
def index() -> Any:
    notes = [
        fake_index.page(n, f"note {n}", f"the boiler was serviced in {2000 + n}") for n in (1, 2)
    ]
    return fake_index.MemoryIndex(
        {"flat_lease.pdf": [fake_index.page(1, *LEASE)], "notes.docx": notes}
    )


Call = Callable[..., ToolResult]


@pytest.fixture
def call(store: Store) -> Call:
    def run(index: Any, tool: str, *known: Evidence, **arguments: Any) -> ToolResult:
        pictures = (store.add(Image.new("RGB", (8, 8))),)
        context = Context(pictures, store, Control(), tuple(known))
        by_name = {t.name: t for t in search_tools(index, store)}
        return run_tool(by_name[tool], ToolCall(tool=tool, arguments=arguments), context, 10)

    return run


def words(result: ToolResult) -> str:
    assert result.error is not None
    return result.error.message


class TestList:
    def test_an_index_brings_its_tools_and_an_empty_one_none(
        self, index: Any, store: Store, tmp_path: Path
    ) -> None:
        settings = Settings(home=tmp_path)
        without = {t.name for t in default_tools(settings, store)}
        assert {t.name for t in default_tools(settings, store, index=index)} == (
            without | set(SEARCH_TOOLS) - {FIND_PICTURES, WATCH}  # it has neither
        )
        empty = fake_index.MemoryIndex({})
        assert {t.name for t in default_tools(settings, store, index=empty)} == without

    def test_they_say_what_is_in_it_after_what_never_changes(
        self, index: Any, store: Store
    ) -> None:
        other = fake_index.MemoryIndex({"other.pdf": [fake_index.page(1, "x")]})
        for one, two in zip(search_tools(index, store), search_tools(other, store), strict=True):
            assert one.description.splitlines()[0] == two.description.splitlines()[0]
            assert "flat_lease.pdf" in one.description
            assert "other.pdf" in two.description

    def test_the_memory_index_is_searchable(self, index: Any) -> None:
        assert isinstance(index, Searchable)
        assert not isinstance("a folder", Searchable)


class TestSearch:
    def test_a_passage_tells_where_it_stands(self, index: Any, call: Call) -> None:
        best = call(index, "search_documents", query="rent of the flat", limit=1).evidence[0]
        assert best.kind == "passage"
        assert in_words(best).startswith("document flat_lease.pdf, page 1:\n1 Premises\n")
        assert (best.source.document, best.source.page) == ("flat_lease.pdf", 1)
        assert [line.text for line in best.lines] == list(LEASE[:4])
        assert [line.box for line in best.lines] == list(best.boxes)
        assert best.boxes[3].frame == "page"
        assert best.boxes[3].y1 == 36

    def test_its_heading_is_told(self, call: Call) -> None:
        from dataclasses import replace

        page = replace(fake_index.page(3, "the fee is 5"), section=("Part A", "Fees"))
        found = call(fake_index.MemoryIndex({"a.pdf": [page]}), "search_documents", query="fee")
        told = in_words(found.evidence[0])
        assert told == "document a.pdf, page 3, Part A > Fees:\nthe fee is 5"

    def test_few_are_given_unless_more_are_asked_for(self, call: Call) -> None:
        pages = [fake_index.page(n, f"boiler {n}") for n in range(1, 61)]
        index = fake_index.MemoryIndex({"a.pdf": pages})
        assert len(call(index, "search_documents", query="boiler").evidence) == FIRST_LOOK
        assert len(call(index, "search_documents", query="boiler", limit=999).evidence) == 40

    def test_what_is_known_is_not_given_again(self, index: Any, call: Call) -> None:
        first = call(index, "search_documents", query="boiler serviced", limit=1).evidence
        again = call(index, "search_documents", *first, query="boiler serviced", limit=2).evidence
        assert len(again) == 1
        assert again[0].source.page != first[0].source.page
        nothing = call(index, "search_documents", *first, *again, query="boiler serviced", limit=2)
        assert "not found before" in words(nothing)

    def test_passages_that_overlap_become_one(self, call: Call) -> None:
        index = fake_index.MemoryIndex(
            {"lease.pdf": [fake_index.page(1, *LEASE)]}, height=3, overlap=1
        )
        (one,) = call(index, "search_documents", query="rent lease flat notice").evidence
        assert one.text.count("The rent is") == 1
        assert one.text.endswith("\n".join(LEASE))
        assert len(one.boxes) == len(one.lines) == len(LEASE)

    def test_repeats_within_a_document_are_left_out_but_not_those_of_another(
        self, call: Call
    ) -> None:
        def pages() -> list[Any]:
            return [fake_index.page(n, "all rights to the text reserved") for n in (1, 2)]

        index = fake_index.MemoryIndex({"a.pdf": pages(), "b.pdf": pages()})
        found = call(index, "search_documents", query="rights reserved", limit=9).evidence
        assert sorted(str(e.source.document) for e in found) == ["a.pdf", "b.pdf"]

    def test_documents_without_layout_have_no_boxes(self, call: Call) -> None:
        index = fake_index.MemoryIndex({"a.md": [fake_index.page(1, "the fee is 5", boxes=False)]})
        (found,) = call(index, "search_documents", query="fee").evidence
        assert (found.boxes, found.lines, found.picture) == ((), (), None)
        assert found.text.endswith("the fee is 5")

    def test_a_page_that_is_gone_leaves_the_passage_with_its_own_boxes(
        self, index: Any, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from looktwice.errors import BadInput

        whole = call(index, "search_documents", query="rent of the flat", limit=1).evidence[0]

        def gone(document: str, number: int) -> Any:
            raise BadInput(document, "is gone")

        monkeypatch.setattr(index, "page", gone)
        assert (
            call(index, "search_documents", query="rent of the flat", limit=1).evidence[0] == whole
        )

    def test_nothing_found_is_said(self, index: Any, call: Call) -> None:
        result = call(index, "search_documents", query="zebra")
        assert result.error is not None
        assert result.error.kind == "not_found"
        assert "zebra" in result.error.message
        assert "empty" in words(call(index, "search_documents", query=" "))

    def test_what_was_found_as_a_picture_comes_as_one(self, call: Call, store: Store) -> None:
        pages = [fake_index.page(n, f"boiler {n}") for n in range(1, 9)]
        index = fake_index.MemoryIndex({"a.pdf": pages}, found_by=("text", "picture"))
        found = call(index, "search_documents", query="boiler", limit=8).evidence
        pictures = [e.picture for e in found if e.picture]
        assert 0 < len(pictures) < len(found)
        assert all(store.path(p).is_file() for p in pictures)
        index = fake_index.MemoryIndex({"a.pdf": pages})
        found = call(index, "search_documents", query="boiler", limit=8).evidence
        assert not any(e.picture for e in found)


class TestSimilar:
    def test_pictures_alike_are_told_and_shown(self, index: Any, call: Call) -> None:
        summary, *found = call(index, "find_similar_images", picture=1).evidence
        assert summary.text.startswith("picture 1: most like it: flat_lease.pdf; ")
        assert {e.kind for e in found} == {"image"}
        assert in_words(found[0]).startswith("looks alike (")
        assert "document flat_lease.pdf, page 1" in in_words(found[0])
        assert found[0].picture is not None

    def test_it_is_said_of_which_the_words_are_true(self, call: Call, index: Any) -> None:
        def alike(image: Any, limit: int, words: str) -> list[Passage]:
            night = Passage(document="notes.docx", page=1, text="", found_by=("picture", "label"))
            return [night, Passage(document="notes.docx", page=2, text="", found_by=("picture",))]

        index.similar_pictures = alike
        (summary, *_) = call(index, "find_similar_images", picture=1, but="a dog").evidence
        assert summary.text == (
            "picture 1: most like it: notes.docx; notes.docx, page 2\n"
            "“a dog” was seen or read in notes.docx"
        )
        index.similar_pictures = lambda image, limit, words: alike(image, limit, words)[1:]
        (summary, *_) = call(index, "find_similar_images", picture=1, but="a dog").evidence
        assert summary.text.endswith("was seen or read in none of them")

    def test_none_is_said(self, call: Call, index: Any) -> None:
        index.similar_pictures = lambda image, limit, words: []
        assert "looks like it" in words(call(index, "find_similar_images", picture=1))


class TestOpen:
    def test_a_page_is_its_text_and_its_picture(self, index: Any, call: Call, store: Store) -> None:
        (page,) = call(index, "open_page", document="flat_lease.pdf", page=1).evidence
        assert page.text.endswith("\n".join(LEASE))
        picture = page.picture
        assert isinstance(picture, Picture)
        assert store.open(picture).size == (1200, 1600)
        assert picture.origin is not None
        assert (picture.origin.document, picture.origin.page) == ("flat_lease.pdf", 1)
        left, top, right, bottom = picture.local(page.boxes[3])
        assert (left, top, bottom) == (0, 72, 92), "twice the points: 144 pixels an inch"
        assert right > 100

    def test_neighbours_come_on_request(self, index: Any, call: Call) -> None:
        def pages(**how: Any) -> list[int | None]:
            found = call(index, "open_page", document="notes.docx", page=1, **how).evidence
            return [e.source.page for e in found]

        assert pages() == [1]
        assert pages(neighbours=1) == [1, 2]
        assert pages(neighbours=10**9) == [1, 2]
        assert pages(neighbours=-1) == [1]

    @pytest.mark.parametrize("said", ["flat_lease.pdf", "FLAT_LEASE", "flat lease", "lease"])
    def test_a_document_is_known_by_what_people_call_it(
        self, index: Any, call: Call, said: str
    ) -> None:
        (page,) = call(index, "open_page", document=said, page=1).evidence
        assert page.source.document == "flat_lease.pdf"

    @pytest.mark.parametrize("said", ["flat_leese.pdf", "", "zebra", "/etc/passwd"])
    def test_an_unknown_document_is_answered_with_the_nearest_names(
        self, index: Any, call: Call, said: str
    ) -> None:
        result = call(index, "open_page", document=said, page=1)
        assert result.error is not None
        assert result.error.kind == "not_found"
        assert "flat_lease.pdf" in result.error.message

    def test_a_name_of_several_is_asked_back(self, call: Call) -> None:
        page = fake_index.page(1, "x")
        index = fake_index.MemoryIndex({"report_2020.pdf": [page], "report_2021.pdf": [page]})
        told = words(call(index, "open_page", document="report", page=1))
        assert "several" in told
        assert "report_2020.pdf, report_2021.pdf" in told

    @pytest.mark.parametrize("number", [0, -1, 2, 10**6])
    def test_an_unknown_page_is_answered_with_how_many_there_are(
        self, index: Any, call: Call, number: int
    ) -> None:
        told = words(call(index, "open_page", document="flat_lease.pdf", page=number))
        assert f"no page {number}" in told
        assert "expected 1 to 1" in told


def test_names_most_alike_come_first() -> None:
    names = ["minutes_2020.docx", "ANNUAL-REPORT.pdf", "lease.pdf"]
    assert nearest_names("annual report", names, 1) == ["ANNUAL-REPORT.pdf"]
    assert nearest_names("", [], 3) == []
