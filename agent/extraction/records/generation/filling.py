"""Asking the model for values and rows, as they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import RootModel

from ....backends.base import Message, TokenChances
from ....budget import Meter
from ....structured_output import ask_json
from ..schemas.fields import FieldSpec, ListSpec, RecordSpec
from .likelihood import likelihoods
from .nulls import null_chances
from .prompting import (
    MOST_ROWS,
    Among,
    about_field,
    about_fields,
    asked,
    schema_of_fields,
    schema_of_rows,
)
from .written_rows import RowLoop, complete_rows

_TOKENS_A_FIELD = 70
_TOKENS_OF_ROWS = 1_800

Written = dict[str, str]
"""Values as they are written, by field; what is not given is left out."""


class Filled(NamedTuple):
    """The values of some fields, and how sure the model was of them, as far as it tells.

    Attributes:
        nulls: how likely it is that each is not given.
        likely: what else a typed field may be, as the page writes it, and how likely.
    """

    written: Written
    nulls: Mapping[str, float]
    likely: Mapping[str, Mapping[str, float]]


class _Values(RootModel[dict[str, Any]]):
    """Values by the names of their fields."""


def ask_fields(
    model: Meter,
    begun: Sequence[Message],
    spec: RecordSpec,
    fields: Sequence[FieldSpec],
    among: Among,
) -> Filled:
    """The values of these fields, in one call.

    Raises:
        MalformedReply, ModelError: the model failed.
    """
    messages = asked(begun, about_fields(spec, fields))
    schema, most = schema_of_fields(fields, among), _TOKENS_A_FIELD * len(fields)
    reply, tokens = model.generate_with_chances(messages, schema=schema, max_tokens=most)
    try:
        values = _Values.model_validate_json(reply.text).root
    except ValueError:
        values, tokens = ask_json(model, messages, schema, _Values, max_tokens=most).root, ()
    nulls = null_chances(tokens, [field.path for field in fields])
    likely = {field.path: _likely(tokens, field, among) for field in fields}
    return Filled(_written(values, fields, among), nulls, likely)


def _likely(tokens: Sequence[TokenChances], field: FieldSpec, among: Among) -> dict[str, float]:
    """How likely each value of a typed field is, as the page writes it."""
    known = among(field) or {}
    likely: dict[str, float] = {}
    for text, chance in likelihoods(tokens, field.path, known).items():
        likely[known[text]] = max(chance, likely.get(known[text], 0.0))
    return likely


def ask_field(
    model: Meter, begun: Sequence[Message], spec: RecordSpec, field: FieldSpec, among: Among
) -> str:
    """One value, asked for by itself; "" where it is not given.

    Raises:
        MalformedReply, ModelError: the model failed.
    """
    reply = ask_json(
        model,
        asked(begun, about_field(spec, field)),
        schema_of_fields([field], among),
        _Values,
        max_tokens=_TOKENS_A_FIELD,
    )
    return _written(reply.root, [field], among).get(field.path, "")


def ask_rows(
    model: Meter,
    begun: Sequence[Message],
    question: str,
    many: ListSpec,
    among: Among,
    most: int = MOST_ROWS,
) -> tuple[list[Written], bool]:
    """The rows of a list, in one call, and whether these may not be all: some were cut off.

    Args:
        most: rows that are asked for.

    Raises:
        MalformedReply, ModelError: the model failed.
    """
    loop = RowLoop(begun[-1].text)
    reply = model.generate(
        asked(begun, question),
        schema=schema_of_rows(many, among, most),
        max_tokens=_TOKENS_OF_ROWS,
        on_token=loop.hear,
        until=loop.is_closed,
    )
    given = complete_rows(reply.text)
    if loop.is_closed():
        given = [row for at, row in enumerate(given) if row not in given[:at]]
    rows = [_written(row, many.columns, among) for row in given]
    more = reply.finish == "length" or loop.is_closed() or len(rows) >= most
    return [row for row in rows if _tells(row, many)], more


def _tells(row: Written, many: ListSpec) -> bool:
    """Whether a row has what each must have."""
    return bool(row) and all(column.path in row for column in many.columns if column.required)


def _written(values: Mapping[str, Any], fields: Sequence[FieldSpec], among: Among) -> Written:
    """The values as the page writes them."""
    written: Written = {}
    for field in fields:
        value = values.get(field.path)
        known = among(field) or {}
        text = str(value).strip() if isinstance(value, str | int | float) else ""
        if text:
            written[field.path] = known.get(text, text)
    return written
