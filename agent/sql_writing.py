"""A query that the model writes and a database runs (after text-to-SQL with execution feedback)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel

from ..errors import ModelError, ToolError
from ..tools.tables.database import QueryResult, TableDatabase
from .backends.base import Message
from .budget import Meter
from .planner import object_schema
from .structured_output import ask_json, json_value

__all__ = ["written_sql"]

_SCHEMA = object_schema({"sql": {"type": "string", "maxLength": 600}})
_MOST_TOKENS = 160


class Query(BaseModel):
    """What the model answers when it is asked for a query."""

    sql: str


def written_sql(
    messages: Sequence[Message],
    database: TableDatabase,
    model: Meter,
    doubted: Callable[[QueryResult], str] = lambda result: "",
) -> str:
    """A query that runs; "" where the model writes none.

    One that does not run is written once more with the reason before the model's eyes.

    Args:
        doubted: what speaks against a result, "" for nothing; its query is written once more as well.
    """
    for last in (False, True):
        try:
            sql = ask_json(model, messages, _SCHEMA, Query, max_tokens=_MOST_TOKENS).sql.strip()
            why = doubted(database.query(sql)) if sql else ""
            if not why or last:
                return sql
            raise ToolError(why, "not_found")
        except ModelError:
            return ""
        except ToolError as error:
            messages = [
                *messages,
                Message(role="assistant", text=json_value({"sql": sql})),
                Message(role="user", text=f"{error} Write it once more.\nJSON:"),
            ]
    return ""
