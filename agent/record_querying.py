"""Questions about all documents at once: their records are asked in SQL, every row that counts is cited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from ..prompts import render
from ..retrieval.tables.typed import TypedTable
from ..schema import ToolCall
from ..tools.records.query import QUERY_RECORDS, READ_RECORDS, records_asked
from ..tools.tables.database import QueryResult, TableDatabase
from ..tools.tables.query import described
from .backends.base import Message
from .extraction.collection import COLLECTION_SCHEMA, MOST_PAGES, KeepsRecords, unread
from .extraction.records.schemas.sources import load_schema, spec_of
from .forms import Form
from .planner import Neighbour
from .run import Run
from .sql_writing import written_sql
from .state import Stage, State

__all__ = [
    "asks_all",
    "record_stages",
    "said_beside",
    "without_records",
    "written_record_query",
]

SHARE = 0.6
"""Of the nearest examples' vote, from which all documents are asked: reading them all takes long."""
_VOTES = 3
"""So many of the nearest examples ask all documents: one alone may only be about the same thing."""
_FEWEST = 2
"""Documents of which one can ask how many."""
_MOSTLY = 0.5
"""Share of the documents that are short enough for a record."""
_NEIGHBOURS = 6
_MAYBE_EMPTY = 0.006
"""Probability of an empty query while one was written, from which no record holds what is asked for: of 30
questions with an answer the surest doubt was .004, of 11 without one 8 lay above .01."""
_QUOTED = re.compile(r"'([^']+)'")
_NAME = re.compile(r"[^\W\d_]{3,}")


def asks_all(state: State, form: Form, run: Run) -> bool:
    """Whether a question is about all documents of the index, and these can be read into records."""
    if READ_RECORDS not in run.tools or run.index is None or state["target_pictures"]:
        return False
    if state["documents"] or (form.worked and form.name not in ("list", "table", "record")):
        return False
    entries = run.index.documents()
    short = sum(entry.pages <= MOST_PAGES for entry in entries)
    if short < max(_FEWEST, _MOSTLY * len(entries)):
        return False
    nearest = _without_pictures(state["standalone_question"], run)
    return share_for_records(nearest) >= SHARE and sum(map(_asks_records, nearest)) >= _VOTES


def _without_pictures(question: str, run: Run) -> list[Neighbour]:
    """The nearest examples that look at no picture."""
    nearest = run.planner.nearest(question, len(run.planner.examples))
    return [
        one
        for one in nearest
        if not any(run.tools[tool].needs_picture for stage in one.example.route for tool in stage)
    ][:_NEIGHBOURS]


def share_for_records(neighbours: Sequence[Neighbour]) -> float:
    """How much of the vote of the nearest examples is for asking all documents, 0..1."""
    whole = sum(one.weight for one in neighbours)
    asking = sum(one.weight for one in neighbours if _asks_records(one))
    return asking / whole if whole else 0.0


def _asks_records(neighbour: Neighbour) -> bool:
    return any(READ_RECORDS in stage for stage in neighbour.example.route)


def without_records(stages: tuple[Stage, ...] | None) -> tuple[Stage, ...] | None:
    """A plan that the nearest examples agree on, where all documents cannot be asked: none."""
    named = {call.tool for stage in stages or () for call in stage}
    return None if READ_RECORDS in named else stages


def record_stages(question: str, run: Run) -> tuple[Stage, ...]:
    """The plan that asks all documents; its title says how many have to be read first."""
    read = ToolCall(tool=READ_RECORDS, arguments={"query": question}, title=_title(run))
    return ((read,), (ToolCall(tool=QUERY_RECORDS),))


def _title(run: Run) -> str:
    if not isinstance(run.index, KeepsRecords):
        return ""
    count = len(unread(run.index, load_schema(COLLECTION_SCHEMA)))
    return f"Reading {count} documents, once" if count > 1 else ""


def written_record_query(call: ToolCall, state: State, run: Run) -> ToolCall:
    """The call with a query over the records; with an empty one where none answers the question.

    A query that does not run is written once more with the reason before the model's eyes.
    """
    table = records_asked(state["evidence"])
    sql = "" if table is None else _written(state["standalone_question"], table, run)
    return call.model_copy(update={"arguments": {"sql": sql}})


def _written(question: str, table: TypedTable, run: Run) -> str:
    system = render("system_query_records", columns=_columns())
    prompt = render("query", table=described(table), question=question)
    messages = [Message(role="system", text=system), Message(role="user", text=prompt)]
    with TableDatabase([table]) as database:
        sql = written_sql(
            messages,
            database,
            run.model,
            doubted=lambda found: _misplaced(found, table),
            most_empty=_MAYBE_EMPTY,
        )
        if sql:
            result = database.query(sql)
            return "" if _misplaced(result, table) or _is_unknown(result, table) else sql
        return sql


def _misplaced(result: QueryResult, table: TypedTable) -> str:
    """Where the words of a query stand that no document fits; "" where one does, or they stand nowhere."""
    if any(rows for _, rows, _ in result.used):
        return ""
    for said in _QUOTED.findall(result.sql):
        word = said.strip("%").casefold()
        for column in _columns_that_hold(word, table) if word else ():
            if not re.search(rf"\b{column}\b[^']*'{re.escape(said)}'", result.sql):
                return f"No document fits: use the column {column}, in which {said!r} stands."
    return ""


def _is_unknown(result: QueryResult, table: TypedTable) -> bool:
    """Whether no document fits since none has the words that a query looks for: it cannot tell of them."""
    if any(rows for _, rows, _ in result.used):
        return False
    words = {said.strip("%").casefold() for said in _QUOTED.findall(result.sql)} - _kinds()
    return any(_NAME.search(word) and not any(_columns_that_hold(word, table)) for word in words)


@cache
def _kinds() -> set[str]:
    """What a record says by a choice: there may be none of a kind, which can be told."""
    return {
        choice for one in spec_of(load_schema(COLLECTION_SCHEMA)).fields for choice in one.choices
    }


def _columns_that_hold(word: str, table: TypedTable) -> Iterator[str]:
    for at, column in enumerate(table.columns):
        held = (str(row[at]).casefold() for row in table.values if row[at] is not None)
        if column.kind == "text" and any(word in text for text in held):
            yield column.name


@cache
def _columns() -> str:
    """What the columns mean."""
    spec = spec_of(load_schema(COLLECTION_SCHEMA))
    return "\n".join(f"- {one.path}: {one.description}" for one in spec.fields)


def said_beside(state: State) -> tuple[str, ...]:
    """What goes beside an answer from all records: what was left out of them, what they lack."""
    calls = {r.call.id for r in state["results"] if r.call.tool in (READ_RECORDS, QUERY_RECORDS)}
    return tuple(
        item.text
        for item in state["evidence"]
        if item.call in calls
        and item.kind == "text"
        and not item.tables
        and item.source.document is None
    )
