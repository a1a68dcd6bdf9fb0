"""Asking the model for values and rows, as they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import RootModel

from ...backends.base import Message
from ...budget import Meter
from ...structured_output import MalformedReply, ask_json
from .fields import FieldSpec, ListSpec, RecordSpec
from .prompting import (
    MOST_ROWS,
    Among,
    about_fields,
    asked,
    schema_of_fields,
    schema_of_rows,
)

_TOKENS_A_FIELD = 70
_TOKENS_OF_ROWS = 1_800

Written = dict[str, str]
"""Values as they are written, by field; what is not given is left out."""


class _Values(RootModel[dict[str, Any]]):
    """Values by the names of their fields."""


def ask_fields(
    model: Meter,
    begun: Sequence[Message],
    spec: RecordSpec,
    fields: Sequence[FieldSpec],
    among: Among,
) -> Written:
    """The values of these fields, in one call.

    Raises:
        MalformedReply, ModelError: the model failed.
    """
    reply = ask_json(
        model,
        asked(begun, about_fields(spec, fields)),
        schema_of_fields(fields, among),
        _Values,
        max_tokens=_TOKENS_A_FIELD * len(fields),
    )
    return _written(reply.root, fields, among)


def ask_rows(
    model: Meter,
    begun: Sequence[Message],
    question: str,
    many: ListSpec,
    among: Among,
) -> tuple[list[Written], bool]:
    """The rows of a list, in one call, and whether these may not be all: some were cut off.

    Raises:
        MalformedReply, ModelError: the model failed.
    """
    reply = model.generate(
        asked(begun, question),
        schema=schema_of_rows(many, among),
        max_tokens=_TOKENS_OF_ROWS,
    )
    rows = [_written(row, many.columns, among) for row in complete_rows(reply.text)]
    more = reply.finish == "length" or len(rows) >= MOST_ROWS
    return [row for row in rows if _tells(row, many)], more


def _tells(row: Written, many: ListSpec) -> bool:
    """Whether a row has what each must have."""
    return bool(row) and all(column.path in row for column in many.columns if column.required)


def complete_rows(text: str) -> list[Mapping[str, Any]]:
    """The objects of {"rows": [...]}, also where the end is cut off.

    Raises:
        MalformedReply: it is nothing of the kind.
    """
    start = text.find("[")
    if start < 0:
        raise MalformedReply(f"the model did not give a list of rows: {text[:80]!r}")
    decoder, at = json.JSONDecoder(), start + 1
    rows: list[Mapping[str, Any]] = []
    while True:
        at += len(text[at:]) - len(text[at:].lstrip(" \n\r\t,"))
        try:
            row, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return rows
        if isinstance(row, dict):
            rows.append(row)


def _written(values: Mapping[str, Any], fields: Sequence[FieldSpec], among: Among) -> Written:
    """The values as the page writes them."""
    written: Written = {}
    for field in fields:
        value = values.get(field.path)
        known = among(field) or {}
        text = known.get(value, str(value).strip()) if _is_plain(value) else ""
        if text:
            written[field.path] = text
    return written


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)
