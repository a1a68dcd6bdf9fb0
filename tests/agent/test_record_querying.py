"""Questions to all documents: read into records once, asked in SQL, every document that counts cited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message

from . import fake_index, kit

HOW_MANY = "How many delivery notes are from 2016?"
"""One of the planner's own examples, so that it needs no model to choose the tools."""
PAPERS = {
    "a.pdf": ("Acme", "Delivery note 17", "Date 2016-03-04", "Total 12.50 EUR"),
    "b.pdf": ("Bolt", "Delivery note 18", "Date 2016-05-06", "Total 8.25 EUR"),
    "c.pdf": ("Bolt", "Delivery note 19", "Date 2017-01-02", "Total 3.00 EUR"),
}
COUNTED = "SELECT COUNT(*) FROM t1 WHERE kind = 'delivery note' AND YEAR(date) = 2016"


@dataclass
class KeepingIndex(fake_index.MemoryIndex):
    """An index that keeps records."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()

    def records(self, schema: str) -> dict[str, str]:
        return {name: record for (name, of), record in self.kept.items() if of == schema}

    def keep_record(self, document: str, schema: str, record: str) -> None:
        self.kept[document, schema] = record

    def failures(self) -> Sequence[Any]:
        return [SimpleNamespace(path=path, reason="is encrypted") for path in self.broken]


@dataclass
class Reader:
    """Reads papers rightly and writes the queries it is given; counts what it read."""

    sql: str
    read: int = 0
    confused_by: str = ""
    better: str = ""

    def __call__(self, messages: Sequence[Message]) -> str:
        shown = messages[-1].text
        if "use the column issuer" in shown:
            return json.dumps({"sql": self.better})
        if "Question: " in shown.rsplit("\n\n", 1)[-1]:
            return json.dumps({"sql": self.sql})
        self.read += 1
        if self.confused_by and self.confused_by in shown:
            return "no JSON at all"
        issuer, note, date, total = next(p for p in PAPERS.values() if p[1] in shown)
        said = {"kind": "delivery note", "number": note[-2:], "issuer": issuer, "date": date[5:]}
        return json.dumps({**said, "total": total[6:-4], "currency": "EUR"})


Make = Callable[..., Assistant]


@pytest.fixture
def index() -> KeepingIndex:
    return KeepingIndex({name: [fake_index.page(1, *lines)] for name, lines in PAPERS.items()})


@pytest.fixture
def make(tmp_path: Path, index: KeepingIndex) -> Iterator[Make]:
    opened: list[Assistant] = []

    def made(reader: Reader) -> Assistant:
        opened.append(kit.make_assistant(tmp_path, kit.Script(says={"plan": reader}), index=index))
        return opened[-1]

    yield made
    for assistant in opened:
        assistant.close()


def test_every_document_that_counts_is_cited_where_it_says_so(make: Make) -> None:
    answer = make(Reader(COUNTED)).ask(HOW_MANY)
    assert kit.ran(answer) == ["read_records", "query_records"]
    assert (answer.text, answer.status) == ("2", "answered")
    cited = [c for c in answer.citations if c.source.document]
    assert [c.source.document for c in cited] == ["a.pdf", "b.pdf"]
    assert all(c.boxes and c.known == "computed" for c in cited)
    assert [c.quote for c in cited] == [
        "delivery note, 2016-03-04",
        "delivery note, 2016-05-06",
    ]


def test_documents_are_read_once_and_asked_again(make: Make, index: KeepingIndex) -> None:
    reader = Reader(COUNTED)
    answer = make(reader).ask(HOW_MANY)
    assert answer.results[0].call.title == "Reading 3 documents, once"
    assert (reader.read, len(index.kept)) == (3, 3)
    reader.sql = "SELECT SUM(total) FROM t1 WHERE issuer = 'bolt'"
    assert make(reader).ask(HOW_MANY).text == "11.25"
    assert reader.read == 3


def test_words_that_stand_in_another_column_are_told_to_the_model(make: Make) -> None:
    wrong = "SELECT SUM(total) FROM t1 WHERE recipient = 'Bolt'"
    right = "SELECT SUM(total) FROM t1 WHERE issuer = 'Bolt'"
    reader = Reader(wrong, better=right)
    assert make(reader).ask(HOW_MANY).text == "11.25"


def test_what_could_not_be_read_is_named_beside_the_answer(make: Make, index: KeepingIndex) -> None:
    index.broken = ("locked.pdf",)
    answer = make(Reader(COUNTED)).ask(HOW_MANY)
    assert answer.text.startswith("2\n")
    assert "locked.pdf: is encrypted" in answer.text
    assert answer.status == "partial"


def test_a_document_that_the_model_fails_at_costs_only_itself(make: Make) -> None:
    answer = make(Reader(COUNTED, confused_by="Delivery note 18")).ask(HOW_MANY)
    assert answer.text.startswith("1\n")
    assert "b.pdf: " in answer.text


@pytest.mark.parametrize("sql", ["", "SELECT document FROM t1 WHERE issuer = 'Nobody'"])
def test_what_no_record_says_is_not_answered(make: Make, sql: str) -> None:
    answer = make(Reader(sql)).ask(HOW_MANY)
    assert answer.text != "2"
    assert all(citation.known != "computed" for citation in answer.citations)


def test_none_of_a_kind_is_an_answer_none_of_an_unknown_name_is_not(make: Make) -> None:
    none = "SELECT COUNT(*) FROM t1 WHERE kind = 'contract'"
    assert make(Reader(none)).ask(HOW_MANY).text == "0"
    unknown = "SELECT COUNT(*) FROM t1 WHERE kind = 'delivery note' AND issuer ILIKE '%Nobody%'"
    assert make(Reader(unknown)).ask(HOW_MANY).text != "0"


def test_books_are_not_read_into_records(make: Make, index: KeepingIndex) -> None:
    index.books = {"book.pdf": [fake_index.page(n, "words") for n in range(1, 30)]}
    assert "read_records" not in kit.ran(make(Reader(COUNTED)).ask(HOW_MANY))
