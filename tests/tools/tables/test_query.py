"""The tools: find a table, ask it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from looktwice.control import Control
from looktwice.errors import BadInput, ToolError
from looktwice.media.store import Store
from looktwice.retrieval.tables.typed import TypedTable
from looktwice.schema import Evidence, Passage, Picture, Table, TextLine
from looktwice.tools.base import Tool
from looktwice.tools.context import Context
from looktwice.tools.tables.library import HasTables, TableLibrary
from looktwice.tools.tables.query import described, table_tools
from PIL import Image

from .conftest import ROWS


class Shelf:
    """One document with tables."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = list(tables)
        self.read = 0
        self.pages = 3
        self.asked: list[tuple[int, int]] = []

    def search(self, query: str = "", *, limit: int = 10, control: Any = None) -> list[Passage]:
        return [Passage(document="towns.pdf", page=1, text="towns"),
                Passage(document="gone.pdf", page=1, text="towns")]  # fmt: skip

    def documents(self) -> list[Any]:
        return [SimpleNamespace(name="towns.pdf", pages=self.pages)]

    def tables(
        self, document: str, read_text: Any = None, first: int = 1, last: int = 0
    ) -> list[Table]:
        self.asked.append((first, last))
        if document != "towns.pdf":
            raise BadInput(document, "is gone")
        self.read += 1
        return self._tables


def lent(
    store: Store, evidence: Sequence[Evidence] = (), pictures: Sequence[Picture] = ()
) -> Context:
    return Context(tuple(pictures), store, Control(), tuple(evidence))


def tools_over(library: TableLibrary) -> tuple[Tool, Tool]:
    find, ask = table_tools(library)
    return find, ask


def test_a_table_of_the_documents_is_asked(towns: Table, store: Store) -> None:
    other = towns.model_copy(update={"cells": tuple(
        c.model_copy(update={"text": c.text + "x"}) for c in towns.cells), "page": 2})  # fmt: skip
    shelf = Shelf([other, towns])
    assert isinstance(shelf, HasTables)
    find, ask = tools_over(TableLibrary(store, None, shelf))
    found = find(query="Which town has the most people?", context=lent(store))
    assert found.source.document == "towns.pdf"
    assert found.tables[0].page == 1
    assert "Town: Aldport; Region: North; People: 1,204" in found.text
    (answer,) = ask(sql="SELECT AVG(people) FROM t1", context=lent(store, [found]))
    assert answer.calculation is not None
    assert answer.calculation.expression == "SELECT AVG(people) FROM t1"
    assert answer.calculation.result == "4534.75"
    assert [cell.text for cell in answer.tables[0].cells] == ["1,204", "873", "15,660", "402"]
    find(query="again", context=lent(store))
    assert shelf.read == 1


def test_a_result_over_two_pages_says_where_each_part_stands(towns: Table, store: Store) -> None:
    split = towns.model_copy(update={"cells": tuple(
        c.model_copy(update={"page": 1 if c.row < 3 else 2}) for c in towns.cells)})  # fmt: skip
    find, ask = tools_over(TableLibrary(store, None, Shelf([split])))
    found = find(query="people", context=lent(store))
    first, second = ask(sql="SELECT SUM(people) FROM t1", context=lent(store, [found]))
    assert (first.source.page, second.source.page) == (1, 2)
    assert first.calculation is not None
    assert second.calculation is None
    assert "15,660" in second.text


def test_a_table_of_a_picture_is_asked(store: Store) -> None:
    picture = store.add(Image.new("RGB", (700, 300), "white"), "towns.png")

    def read_text(image: Image.Image, of: Picture) -> list[TextLine]:
        return [
            TextLine(text=words, score=1, box=of.box(x, y, x + 9 * len(words), y + 20))
            for r, row in enumerate(ROWS)
            for c, words in enumerate(row)
            for x, y in [(20 + 130 * c, 20 + 45 * r)]
        ]

    find, ask = tools_over(TableLibrary(store, read_text))
    pictures = [picture]
    found = find(query="people", context=lent(store, pictures=pictures))
    assert found.source.picture == picture.sha256
    (answer,) = ask(
        sql="SELECT town FROM t1 ORDER BY people DESC LIMIT 1",
        context=lent(store, [found], pictures),
    )
    assert answer.calculation is not None
    assert answer.calculation.result == "Cormouth"
    assert answer.boxes[0].frame == "picture"


def test_what_cannot_be_answered_says_so(towns: Table, store: Store) -> None:
    find, ask = tools_over(TableLibrary(store, None, Shelf([towns])))
    found = find(query="people", context=lent(store))
    with pytest.raises(ToolError, match="no row"):
        ask(sql="SELECT people FROM t1 WHERE town = 'Nowhere'", context=lent(store, [found]))
    with pytest.raises(ToolError, match="no table was found yet"):
        ask(sql="SELECT 1", context=lent(store))
    with pytest.raises(ToolError, match="the table that was found does not answer it"):
        ask(sql="", context=lent(store, [found]))
    nothing, _ = tools_over(TableLibrary(store))
    with pytest.raises(ToolError, match="no table"):
        nothing(query="people", context=lent(store))


def test_a_table_as_sql_for_a_model(typed: TypedTable) -> None:
    said = described(typed)
    assert "area_km2 DOUBLE, -- Area (km²): 9.1 to 88" in said
    assert "'Aldport', 'Brinwick'" in said
    assert "founded DATE, -- Founded: 1711-04-30 to 2001-02-03" in said
    assert said.endswith("-- 4 rows")


def test_of_a_long_document_the_pages_around_the_hit_are_read(towns: Table, store: Store) -> None:
    shelf = Shelf([towns])
    shelf.pages = 200
    find, ask = tools_over(TableLibrary(store, None, shelf))
    found = find(query="people", context=lent(store))
    assert (1, 3) in shelf.asked
    (answer,) = ask(sql="SELECT MAX(people) FROM t1", context=lent(store, [found]))
    assert answer.calculation is not None
    assert answer.calculation.result == "15660"
