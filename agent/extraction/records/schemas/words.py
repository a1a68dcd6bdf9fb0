"""Fields in words: "invoice number, date: date, total: money, lines[]: name, quantity: number"."""

from __future__ import annotations

import re
from typing import Any, get_args

from .....errors import UsageError
from .fields import FieldKind

_ALIASES: dict[str, FieldKind] = {
    "string": "text",
    "amount": "money",
    "decimal": "number",
    "int": "integer",
    "yes/no": "boolean",
    "bool": "boolean",
    "vat id": "vat_id",
}
_JSON: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "money": {"type": "number", "x-kind": "money"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "currency": {"type": "string", "x-kind": "currency"},
    "iban": {"type": "string", "x-kind": "iban"},
    "vat_id": {"type": "string", "x-kind": "vat_id"},
}
_LIST = re.compile(r"(?<![^,;:\[\]])([^,;:\[\]]+)\[\]\s*:\s*([^;]*)")


def schema_of_words(words: str) -> dict[str, Any]:
    """A JSON Schema from fields in words.

    Fields stand between commas, each with its type after a colon; "a|b|c" are choices. `name[]:` begins a
    list; what follows, to a semicolon or the end, are its columns.

    Raises:
        UsageError: a field has no name, a type is unknown, or a name comes twice.
    """
    lists: dict[str, Any] = {}
    for found in _LIST.finditer(words):
        columns = _members(found[2])
        if not columns:
            raise UsageError(
                f"--fields: {found[1].strip()}[]: expected its columns after the colon"
            )
        _add(lists, found[1].strip(), {"type": "array", "items": _object(columns)})
    rest = _LIST.sub("", words)
    if "[" in rest or "]" in rest:
        raise UsageError("--fields: a list is written 'lines[]: name, amount: money'")
    properties = _members(rest)
    for name, part in lists.items():
        _add(properties, name, part)
    if not properties:
        raise UsageError("--fields: expected names of fields, such as 'date: date, total: money'")
    return {"title": "record", **_object(properties)}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _members(words: str) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for part in re.split(r"[,;]", words):
        if part.strip():
            name, _, kind = part.partition(":")
            _add(properties, name.strip(), _part(name.strip(), kind.strip()))
    return properties


def _add(properties: dict[str, Any], name: str, part: dict[str, Any]) -> None:
    if not name or "." in name:
        raise UsageError(f"--fields: {name!r} is no name of a field")
    if name in properties:
        raise UsageError(f"--fields: {name!r} comes twice")
    properties[name] = part


def _part(name: str, kind: str) -> dict[str, Any]:
    if "|" in kind:
        return {"type": "string", "enum": [choice.strip() for choice in kind.split("|") if choice]}
    known = _ALIASES.get(kind.lower(), kind.lower() or "text")
    if known not in _JSON:
        types = ", ".join([*(k for k in get_args(FieldKind) if k != "choice"), "a|b|c"])
        raise UsageError(f"--fields: {name}: type {kind!r} is none of {types}")
    return dict(_JSON[known])
