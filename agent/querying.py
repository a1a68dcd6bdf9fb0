"""Questions to a whole table: the model writes the query, the database answers, the program says it."""

from __future__ import annotations

from collections.abc import Sequence

from ..prompts import render
from ..retrieval.tables.typed import TypedTable, typed_table
from ..retrieval.text.terms import query_terms
from ..schema import Citation, Evidence, ToolCall
from ..tools.documents.search import DocumentEntry
from ..tools.records.query import QUERY_RECORDS
from ..tools.tables.database import TableDatabase
from ..tools.tables.query import FIND_TABLE, QUERY_TABLE, described
from .backends.base import Message
from .extraction.composing import Composed
from .forms import FORMS
from .planner import Neighbour
from .query_rewriting import search_call
from .record_querying import said_beside
from .run import Run
from .sql_writing import written_sql
from .state import Stage, State, Verdict

__all__ = [
    "can_ask_tables",
    "query_result",
    "share_for_tables",
    "table_at_hand",
    "table_stages",
    "told_by_table",
    "written_query",
]

_QUERIES = frozenset({QUERY_TABLE, QUERY_RECORDS})
_FEWEST_ROWS, _MOSTLY, _FIGURES = 3, 0.5, 2
"""Rows that make a table; their share of all lines; figures in a row of figures."""
_FEW_PAGES = 10
_SHEETS = frozenset({"xlsx", "xls", "ods", "csv"})
_FIGURES_SHARE = 0.05
"""Of the nearest examples' vote, for asking lines that only look like a table."""
_SURE = 0.9
"""Confidence in a result, as far as the query is the right one; what was read may lower it."""


def can_ask_tables(state: State, run: Run) -> bool:
    """Whether there is anything that may be a table: a picture, a sheet, a document of few pages.

    Of a long document's many tables one is easily taken for another, and a query gives some number of any
    of them (three such answers in 67 questions about long documents, none right). Those are read instead.
    """
    if FIND_TABLE not in run.tools:
        return False
    if state["target_pictures"]:
        return True
    entries = run.index.documents() if run.index is not None else ()
    named = state["documents"]
    return any(is_tabular(entry) for entry in entries if not named or entry.name in named)


def is_tabular(entry: DocumentEntry) -> bool:
    """Whether a document may be a table as a whole."""
    return entry.type in _SHEETS or entry.pages <= _FEW_PAGES


def table_stages(question: str, alone: bool = True) -> tuple[Stage, ...]:
    """The plan that asks a table; documents are searched beside it, in case none answers."""
    find = ToolCall(tool=FIND_TABLE, arguments={"query": question})
    beside = () if alone else (search_call(question),)
    return ((find, *beside), (ToolCall(tool=QUERY_TABLE),))


def share_for_tables(neighbours: Sequence[Neighbour]) -> float:
    """How much of the vote of the nearest examples is for asking a table, 0..1."""
    asking = [n.weight for n in neighbours if any(FIND_TABLE in s for s in n.example.route)]
    whole = sum(n.weight for n in neighbours)
    return sum(asking) / whole if whole else 0.0


def table_at_hand(state: State, run: Run, kept: Sequence[Evidence]) -> tuple[Stage, ...]:
    """The plan that asks a table, where what was found is mostly one and it was not asked yet.

    A sheet is asked whatever the question is; lines of figures, where the nearest examples ask tables, too.
    """
    question = state["standalone_question"]
    asked = any(r.call.tool == FIND_TABLE for r in state["results"])
    if asked or not can_ask_tables(state, run) or not FORMS[state["form"]].brief:
        return ()
    if not run.model.can_call(2) or run.settings.limits.tool_calls - len(state["results"]) < 2:
        return ()
    first = next((e for e in kept if e.kind in ("passage", "text")), None)
    if first is None:
        return ()
    if not (first.kind == "text" or of_a_table(first, run)):
        return ()
    if is_sheet(first) or (
        has_figures(first) and share_for_tables(run.planner.nearest(question)) >= _FIGURES_SHARE
    ):
        return table_stages(question)
    return ()


def is_sheet(item: Evidence) -> bool:
    """Whether most lines of a passage are rows of tables that its document has as such."""
    lines = item.text.count("\n") + 1
    rows = sum(1 for table in item.tables for at in table.lines if 0 <= at < lines)
    return item.kind == "passage" and rows >= max(_FEWEST_ROWS, _MOSTLY * lines)


def of_a_table(item: Evidence, run: Run) -> bool:
    """Whether a passage is of a document which a table may be the whole of."""
    name = item.source.document
    entries = run.index.documents() if run.index is not None else ()
    return any(entry.name == name and is_tabular(entry) for entry in entries)


def has_figures(item: Evidence) -> bool:
    """Whether most lines of what was read hold several figures."""
    lines = [line for line in item.text.split("\n") if line.strip()]
    several = [line for line in lines if sum(map(_has_digit, line.split())) >= _FIGURES]
    return len(several) >= max(_FEWEST_ROWS, _MOSTLY * len(lines))


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def written_query(call: ToolCall, state: State, run: Run) -> ToolCall:
    """The call with a query over the table that was found; without one where the model writes none."""
    table = _table_found(state)
    if table is None:
        return call.model_copy(update={"arguments": {"sql": ""}})
    question = state["standalone_question"]
    messages = [
        Message(role="system", text=render("system_query")),
        Message(role="user", text=render("query", table=described(table), question=question)),
    ]
    with TableDatabase([table]) as database:
        sql = written_sql(messages, database, run.model)
        if sql and state["target_pictures"] and not _speaks_of(question, table, database, sql):
            sql = ""  # figures of a chart or a sign: no table that is meant
    return call.model_copy(update={"arguments": {"sql": sql}})


def _speaks_of(question: str, table: TypedTable, database: TableDatabase, sql: str) -> bool:
    """Whether a question names a column that its query uses, by its head or by a value."""
    used = database.columns_of(sql)
    said = set(query_terms(question))
    for at, column in enumerate(table.columns):
        if column.name in used or not used:
            values = (str(row[at]) for row in table.values if isinstance(row[at], str))
            if any(said & set(query_terms(text)) for text in (column.title, *values)):
                return True
    return False


def _table_found(state: State) -> TypedTable | None:
    """The table that was found last, as far as evidence carries it; a table met by the way is not asked."""
    calls = {r.call.id for r in state["results"] if r.call.tool == FIND_TABLE and not r.error}
    for item in reversed([e for e in state["evidence"] if e.call in calls]):
        for table in item.tables:
            if item.calculation is None and (typed := typed_table(table)) is not None:
                return typed
    return None


def query_result(state: State) -> Evidence | None:
    """The result of a query, if a table or all records were asked in this run."""
    calls = {r.call.id for r in state["results"] if r.call.tool in _QUERIES and not r.error}
    found = [e for e in state["evidence"] if e.call in calls and e.calculation is not None]
    return found[-1] if found else None


def told_by_table(state: State) -> tuple[Composed, Verdict] | None:
    """The answer that a table gave, every cell that it rests on cited; None where none was asked."""
    result = query_result(state)
    if result is None or result.calculation is None:
        return None
    text = result.calculation.result
    parts = [e for e in state["evidence"] if e.call == result.call]
    citations = tuple(
        Citation(
            evidence=part.id,
            source=part.source,
            boxes=part.boxes,
            quote=", ".join(cell.text for table in part.tables for cell in table.cells)[:500],
            start=0,
            end=len(text),
            known="computed",
        )
        for part in parts
    )
    read = min((e.score for e in parts), default=1.0)
    verdict = Verdict(
        outcome="accept",
        citations=citations,
        confidence=round(_SURE * read, 3),
        open=said_beside(state),
    )
    return Composed(text, citations), verdict
