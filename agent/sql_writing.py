"""A query that the model writes and a database runs (after text-to-SQL with execution feedback)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from pydantic import BaseModel

from ..errors import ModelError, ToolError
from ..tools.tables.database import QueryResult, TableDatabase
from .backends.base import Message, TokenChances
from .budget import Meter
from .planner import object_schema
from .structured_output import ask_json, json_value

__all__ = ["empty_chance", "written_sql"]

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
    most_empty: float = 1.0,
) -> str:
    """A query that runs; "" where the model writes none.

    One that does not run is written once more with the reason before the model's eyes.

    Args:
        doubted: what speaks against a result, "" for nothing; its query is written once more as well.
        most_empty: probability of an empty query, while one was written, from which none is meant.
    """
    for last in (False, True):
        try:
            sql, empty = _asked(messages, model)
            if empty >= most_empty:
                return ""
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


def _asked(messages: Sequence[Message], model: Meter) -> tuple[str, float]:
    """A query, and how near the model was to writing none; 0 where it does not tell."""
    reply, tokens = model.generate_with_chances(messages, schema=_SCHEMA, max_tokens=_MOST_TOKENS)
    try:
        return Query.model_validate_json(reply.text).sql.strip(), empty_chance(tokens)
    except ValueError:
        again = ask_json(model, messages, _SCHEMA, Query, max_tokens=_MOST_TOKENS)
        return again.sql.strip(), 0.0


def empty_chance(tokens: Sequence[TokenChances]) -> float:
    """The probability that the first string of a JSON object is empty, by its tokens."""
    text = ""
    for token, following in pairwise(tokens):
        if text.rstrip().endswith(":"):
            at_once = sum(p for t, p in token.chances.items() if t.strip().startswith('""'))
            if token.text.strip() != '"':
                return at_once
            ended = sum(p for t, p in following.chances.items() if t.startswith('"'))
            return at_once + (1 - at_once) * ended
        text += token.text
    return 0.0
