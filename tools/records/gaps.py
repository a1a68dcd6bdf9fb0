"""What a result over all records does not say by itself: values that were not found, unlike currencies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...retrieval.tables.typed import TypedTable
from ..tables.database import QueryResult

__all__ = ["gaps"]

_NAMED = 5
"""Documents that are named one by one."""
_KIND, _CURRENCY = "kind", "currency"


def gaps(result: QueryResult, table: TypedTable) -> Iterator[str]:
    """Sentences for beside a result: which documents it may lack, and what it took together."""
    if not result.used:
        return
    _, rows, names = result.used[0]
    columns = {column.name: at for at, column in enumerate(table.columns)}
    yield from _unlike(table, rows, names, columns)
    if " is null" in " ".join(result.sql.casefold().split()):
        return  # what was not found is what was asked for
    meant = _alike(table, rows, names, columns)
    for name, at in columns.items():
        if name in names and table.columns[at].kind != "text":
            lacking = [_name(table, row) for row in meant if table.values[row][at] is None]
            if lacking and len(lacking) < len(meant):
                yield f"no {name.replace('_', ' ')} was found in {_listed(lacking)}"


def _unlike(
    table: TypedTable, rows: Sequence[int], names: frozenset[str], columns: dict[str, int]
) -> Iterator[str]:
    """Amounts of several currencies in one result."""
    at = columns.get(_CURRENCY)
    counts = any(name in names and table.columns[n].kind == "number" for name, n in columns.items())
    if at is None or _CURRENCY in names or not counts:
        return
    found = sorted({str(table.values[row][at]) for row in rows if table.values[row][at]})
    if len(found) > 1:
        yield f"amounts in {', '.join(found)} were taken as they are"


def _alike(
    table: TypedTable, rows: Sequence[int], names: frozenset[str], columns: dict[str, int]
) -> list[int]:
    """Rows of the kinds that a result rests on, where it asks for kinds; all others else."""
    every = range(len(table.values))
    at = columns.get(_KIND)
    if at is None or _KIND not in names:
        return list(every)
    kinds = {table.values[row][at] for row in rows}
    return [row for row in every if table.values[row][at] in kinds]


def _name(table: TypedTable, row: int) -> str:
    return str(table.values[row][0])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
