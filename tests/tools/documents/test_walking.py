"""Going through one document: outline, figures, tables, every place of a term."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from looktwice.control import Control
from looktwice.media.store import Store
from looktwice.schema import ToolCall, ToolResult
from looktwice.tools import run_tool
from looktwice.tools.context import Context
from looktwice.tools.documents.search import search_tools

from ...agent import fake_index

Call = Callable[..., ToolResult]


@pytest.fixture
def call(store: Store) -> Call:
    pages = [
        fake_index.page(1, "Harbour Survey", "Table 1: Berths", "The harbour has four berths"),
        fake_index.page(2, "Figure 1: The quay", "Ships use the Harbour by night"),
        fake_index.page(3, "Figure 2: The crane", "harbours elsewhere"),
    ]
    index = fake_index.MemoryIndex({"survey.pdf": pages})

    def run(tool: str, **arguments: Any) -> ToolResult:
        by_name = {t.name: t for t in search_tools(index, store)}
        given = ToolCall(tool=tool, arguments={"document": "survey", **arguments})
        return run_tool(by_name[tool], given, Context((), store, Control(), ()), 10)

    return run


def test_a_document_as_a_whole(call: Call) -> None:
    (whole,) = call("show_outline").evidence
    assert "number of pages: 3" in whole.text
    assert "figures with a caption: 2" in whole.text
    assert (whole.source.document, whole.source.page) == ("survey.pdf", None)


def test_figures_and_tables_are_counted_and_named_with_their_pages(call: Call) -> None:
    (figures,) = call("list_figures").evidence
    assert "number of figures with a caption: 2" in figures.text
    assert "Figure 2: The crane, page 3" in figures.text
    (tables,) = call("list_tables").evidence
    assert "Table 1: Berths, page 1" in tables.text


def test_every_place_of_a_term_with_its_box(call: Call) -> None:
    count, *places = call("find_all", term="harbour").evidence
    assert "stands 3 times, on 2 pages" in count.text
    assert [p.source.page for p in places] == [1, 1, 2]
    assert all(p.boxes for p in places)


def test_what_is_not_there_is_said(call: Call) -> None:
    missing = call("find_all", term="lighthouse").error
    assert missing is not None
    assert "stands nowhere" in missing.message
    assert call("find_all", term=" ").error is not None
