"""Which rows a query rests on: the same query without what it makes of them, asked for their numbers.

Works on the tree that DuckDB's `json_serialize_sql` gives.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

__all__ = ["columns_used", "rows_queries"]

Tree = dict[str, Any]


def rows_queries(tree: Tree, row_id: str) -> list[tuple[str, Tree]]:
    """Each table with a query for the numbers of the rows that its query uses.

    Sums rest on every row that passes the filter, an order with a limit on the rows that are left. A
    query that only puts others together rests on what these rest on; one that joins, on nothing known.
    """
    return [
        (str(node["from_table"]["table_name"]), _for_rows(tree, node, row_id))
        for node in _nodes(tree["statements"][0]["node"])
    ]


def _nodes(node: Tree) -> Iterator[Tree]:
    """The queries of one table that a query is made of, the outermost of each."""
    if node.get("type") == "SELECT_NODE" and node["from_table"].get("type") == "BASE_TABLE":
        yield node
    elif node.get("type") != "SELECT_NODE" or node["from_table"].get("type") != "JOIN":
        inner = [value for value in node.values() if isinstance(value, dict | list)]
        yield from (found for value in inner for found in _inside(value))


def _inside(tree: Any) -> Iterator[Tree]:
    if isinstance(tree, dict) and str(tree.get("type", "")).endswith("_NODE"):
        yield from _nodes(tree)
    elif isinstance(tree, dict | list):
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from _inside(value)


def _for_rows(tree: Tree, node: Tree, row_id: str) -> Tree:
    select = copy.deepcopy(node)
    grouped = bool(select["group_expressions"]) or any(map(_aggregates, select["select_list"]))
    select["select_list"] = [_column(row_id)]
    select["group_expressions"], select["group_sets"], select["having"] = [], [], None
    kept = [one for one in select["modifiers"] if one.get("type") != "DISTINCT_MODIFIER"]
    select["modifiers"] = [] if grouped else kept
    statement = {**tree["statements"][0], "node": select}
    return {**tree, "statements": [statement]}


def columns_used(tree: Tree) -> set[str]:
    """The names of all columns that a query speaks of."""
    return {
        str(part["column_names"][-1])
        for part in _parts(tree)
        if part.get("class") == "COLUMN_REF" and part.get("column_names")
    }


def _column(name: str) -> Tree:
    return {
        "class": "COLUMN_REF",
        "type": "COLUMN_REF",
        "alias": "",
        "query_location": 0,
        "column_names": [name],
    }


def _aggregates(expression: Tree) -> bool:
    return any(
        part.get("class") == "FUNCTION" and str(part.get("function_name")) in _AGGREGATES
        for part in _parts(expression, into_subqueries=False)
    )


_AGGREGATES = frozenset(
    """
sum avg mean count count_star min max median mode stddev stddev_samp stddev_pop variance var_samp
var_pop first last any_value arg_max arg_min max_by min_by list string_agg group_concat product
quantile quantile_cont quantile_disc bool_and bool_or
""".split()
)


def _parts(tree: Any, into_subqueries: bool = True) -> Iterator[Tree]:
    if isinstance(tree, dict):
        if not into_subqueries and tree.get("class") == "SUBQUERY":
            return
        yield tree
        for value in tree.values():
            yield from _parts(value, into_subqueries)
    elif isinstance(tree, list):
        for value in tree:
            yield from _parts(value, into_subqueries)
