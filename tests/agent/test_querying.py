"""Questions to a whole table: found, asked in SQL, answered by the program, every cell cited."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.nodes import gate
from looktwice.retrieval.tables.spans import SourceCell, table_of_rows
from looktwice.schema import Table, ToolCall

from . import fake_index, kit

HIGHEST = "Which museum had the most visitors?"
"""One of the planner's own examples, so that it needs no model to choose the tools."""
ROWS = [["Museum", "Visitors"], ["Aldport", "1204"], ["Brinwick", "873"], ["Cormouth", "15660"]]


class MuseumIndex(fake_index.MemoryIndex):
    """An index whose document has a table."""

    def tables(self, document: str, *how: Any) -> list[Table]:
        table = table_of_rows(([SourceCell(text) for text in row] for row in ROWS), "Museums", 1)
        return [table] if table is not None else []


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Assistant]:
    page = fake_index.page(1, *(" ".join(row) for row in ROWS), "Visitors of museums")
    index = MuseumIndex({"museums.pdf": [page]})

    def made(**says: Any) -> Assistant:
        script = kit.Script(says={"plan": says.pop("query"), "draft": "Cormouth", **says})
        return kit.make_assistant(tmp_path, script, index=index)

    return made


def test_the_table_answers(make: Callable[..., Assistant]) -> None:
    sql = "SELECT museum FROM t1 ORDER BY visitors DESC LIMIT 1"
    with make(query={"sql": sql}) as assistant:
        answer = assistant.ask(HIGHEST)
    assert sorted(kit.ran(answer)) == ["find_table", "query_table", "search_documents"]
    assert (answer.text, answer.status) == ("Cormouth", "answered")
    (citation,) = answer.citations
    assert citation.known == "computed"
    assert citation.quote == "Cormouth, 15660"
    assert (citation.source.document, citation.source.page) == ("museums.pdf", 1)
    asked = next(e for e in answer.evidence if e.calculation is not None)
    assert asked.calculation is not None
    assert asked.calculation.expression == sql


def test_a_query_that_does_not_run_is_written_once_more(make: Callable[..., Assistant]) -> None:
    good = json.dumps({"sql": "SELECT SUM(visitors) FROM t1"})
    with make(
        query=kit.in_turn(json.dumps({"sql": "SELECT SUM(folk) FROM t1"}), good)
    ) as assistant:
        answer = assistant.ask(HIGHEST)
    assert answer.text == "17737"


def test_without_a_query_the_rows_are_read(make: Callable[..., Assistant]) -> None:
    with make(query={"sql": "SELECT visitors FROM t1 WHERE museum = 'Nowhere'"}) as assistant:
        answer = assistant.ask(HIGHEST)
    assert answer.text == "Cormouth"
    assert all(citation.known != "computed" for citation in answer.citations)


def test_a_table_that_was_not_found_is_not_asked(tmp_path: Path) -> None:
    index = fake_index.MemoryIndex({"diary.txt": [fake_index.page(1, "Nobody visits a museum.")]})
    with kit.make_assistant(tmp_path, kit.Script(says={"draft": "no"}), index=index) as assistant:
        answer = assistant.ask(HIGHEST)
    assert [r.call.tool for r in answer.results if r.error] == ["find_table"]


def test_words_that_make_no_table_are_asked_about_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = [((ToolCall(tool="find_table", arguments={"query": "soup"}),),)]
    monkeypatch.setattr(gate, "table_at_hand", lambda *_: plans.pop() if plans else ())
    script = kit.Script()
    with kit.make_assistant(tmp_path, script) as assistant:
        answer = assistant.ask(kit.TOTAL, [kit.picture()])
    assert [r.call.tool for r in answer.results if r.error] == ["find_table"]
    assert (answer.status, answer.text) == ("answered", "8.20")
    assert script.asked == ["answerable", "draft"]
    assert kit.ran(answer) == ["read_text", "find_table"]


def test_without_pictures_and_documents_no_table_is_looked_for(tmp_path: Path) -> None:
    with kit.make_assistant(tmp_path, kit.Script()) as assistant:
        answer = assistant.ask(HIGHEST)
    assert kit.ran(answer) == []


def test_a_long_document_is_read_and_not_asked_as_a_table(tmp_path: Path) -> None:
    pages = [fake_index.page(n, "Museum Visitors", "Cormouth 15660") for n in range(1, 13)]
    index = MuseumIndex({"report.pdf": pages})
    with kit.make_assistant(tmp_path, kit.Script(says={"draft": "Cormouth"}), index=index) as made:
        answer = made.ask(HIGHEST)
    assert kit.ran(answer) == ["search_documents"]
