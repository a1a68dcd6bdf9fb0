"""What the model is asked, and the JSON schema that its reply must follow.

The document comes first and the fields last, so every call about one document begins alike and the model
reads it once. Typed fields may only be what is written in the document: a value that is not there cannot be
given (constrained decoding, after Willard and Louf 2023, "Efficient Guided Generation").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .....prompts import examples, render
from .....schema import Picture
from ....backends.base import JsonSchema, Message
from ....planner import object_schema
from ..schemas.fields import FieldSpec, ListSpec, RecordSpec

Among = Callable[[FieldSpec], Mapping[str, str] | None]
"""What a field may be: by what the model writes, how the page writes it; None for anything."""

_LONGEST_TEXT = 160
_LONGEST_NUMBER = 24
MOST_ROWS = 60
"""Of one call."""


def opening(name: str, rows: str, pictures: Sequence[Picture] = ()) -> list[Message]:
    """What every call about a document begins with; the last message is to be gone on with."""
    return [
        *beginning(),
        Message(
            role="user",
            text=render("record_document", file=name, rows=rows),
            pictures=tuple(pictures),
        ),
    ]


def asked(begun: Sequence[Message], question: str) -> list[Message]:
    """The opening with a question after it."""
    *before, last = begun
    return [*before, last.model_copy(update={"text": f"{last.text}\n{question}"})]


def beginning() -> list[Message]:
    """The rules and one document done as it should be: the same in every prompt, so read only once."""
    said = [Message(role="system", text=render("system_record"))]
    for turn in examples("record_example"):
        said += [
            Message(role="user", text=turn["asked"]),
            Message(role="assistant", text=turn["reply"]),
        ]
    return said


def about_fields(spec: RecordSpec, fields: Sequence[FieldSpec]) -> str:
    """The question for values."""
    return render("record_fields", title=spec.title, fields=_lines(fields))


def about_field(spec: RecordSpec, field: FieldSpec) -> str:
    """The question for one value."""
    return render(
        "record_field",
        field=field.path.replace("_", " "),
        title=spec.title,
        description=field.description or field.path,
    )


def about_rows(spec: RecordSpec, many: ListSpec) -> str:
    """The question for a list."""
    return render(
        "record_rows",
        path=many.path,
        title=spec.title,
        description=many.description or many.path,
        fields=_lines(many.columns),
    )


def about_rows_again(many: ListSpec, rows: Sequence[str], found: object, expected: object) -> str:
    """The question for a list whose sum is not what the document says."""
    return render(
        "record_rows_again",
        path=many.path,
        rows="\n".join(rows),
        found=str(found),
        expected=str(expected),
        fields=_lines(many.columns),
    )


def which_value(spec: RecordSpec, field: FieldSpec, readings: Sequence[str]) -> str:
    """The question which of several readings a field is."""
    return render(
        "record_which",
        field=field.path,
        title=spec.title,
        description=field.description or field.path,
        readings="\n".join(readings),
    )


def is_given(field: FieldSpec) -> str:
    """The question whether the document gives a field at all."""
    return render("record_present", field=field.description or field.path.replace("_", " "))


def whose_value(spec: RecordSpec, quote: str, fields: Sequence[str]) -> str:
    """The question which of several fields a value is."""
    return render("record_whose", value=quote, title=spec.title, fields="\n".join(fields))


def schema_of_fields(fields: Sequence[FieldSpec], among: Among) -> JsonSchema:
    """An object with a value or null for each field, by its path."""
    return object_schema({field.path: _value(field, among) for field in fields})


def schema_of_rows(many: ListSpec, among: Among, most: int) -> JsonSchema:
    """An object with the rows of a list, so many at most."""
    row = object_schema({column.path: _value(column, among) for column in many.columns})
    return object_schema({"rows": {"type": "array", "items": row, "maxItems": most}})


def _value(field: FieldSpec, among: Among) -> dict[str, Any]:
    null = {"type": "null"}
    if field.kind == "boolean":
        return {"enum": ["yes", "no", None]}
    known = among(field)
    if known is not None:
        return {"enum": [*known, None]} if known else null
    longest = _LONGEST_TEXT if field.kind == "text" else _LONGEST_NUMBER
    return {"anyOf": [{"type": "string", "minLength": 1, "maxLength": longest}, null]}


def _lines(fields: Sequence[FieldSpec]) -> str:
    return "\n".join(f"- {field.path}: {_words(field)}" for field in fields)


def _words(field: FieldSpec) -> str:
    words = field.description or field.path.replace("_", " ").replace(".", ", ")
    if field.choices:
        return f"{words} (one of: {', '.join(field.choices)})"
    return words if field.kind in ("text", "choice") else f"{words} ({_KIND_WORDS[field.kind]})"


_KIND_WORDS: Mapping[str, str] = {
    "date": "a date",
    "money": "an amount",
    "number": "a number",
    "integer": "a whole number",
    "currency": "a currency",
    "boolean": "yes or no",
    "iban": "an IBAN",
    "vat_id": "a VAT number",
}
