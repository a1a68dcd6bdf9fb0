"""JSON Schema, as people and Pydantic write it, to the fields that this program extracts.

Understood: objects in objects, lists of objects or of values, `$ref` within the schema, `anyOf` with null,
`enum`, `const`, the usual types, `format: date`. `x-kind` names a kind of ours ("money", "currency",
"iban", "vat_id"), `x-checks` what must hold between fields, `x-positive` a sum that is never negative,
`x-en16931` the business term that a field is in electronic invoices, `x-usual` that nearly every document
gives a field, `x-by-width` which of its choices a till's narrow slip is and which one a sheet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

from .....errors import UsageError
from .checks import parse_checks
from .fields import FieldKind, FieldSpec, ListSpec, RecordSpec

_MOST_FIELDS = 80
_MOST_BYTES = 200_000
_DEEPEST = 4
_KINDS: dict[str, FieldKind] = {
    "string": "text",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
}
_FORMATS: dict[str, FieldKind] = {"date": "date", "date-time": "date"}

Schema = Mapping[str, Any]


def record_spec(schema: Schema, name: str = "schema") -> RecordSpec:
    """The fields of a JSON Schema.

    Args:
        schema: of an object.
        name: where it came from, for messages.

    Raises:
        UsageError: it is no schema of an object, holds something this program cannot extract, or is
            too large; the message names the field.
    """
    reading = _Reading(schema, name)
    fields, lists = reading.members(schema, "", _DEEPEST)
    if not fields and not lists:
        raise UsageError(f"{name}: expected properties to extract, got none")
    if (count := len(fields) + sum(len(many.columns) for many in lists)) > _MOST_FIELDS:
        raise UsageError(f"{name}: {count} fields; at most {_MOST_FIELDS} can be extracted at once")
    checks = schema.get("x-checks", [])
    if not isinstance(checks, list) or not all(isinstance(check, str) for check in checks):
        raise UsageError(f"{name}: x-checks: expected a list of texts such as 'net + tax = total'")
    parse_checks(checks)
    return RecordSpec(
        title=str(schema.get("title") or "record"),
        fields=tuple(fields),
        lists=tuple(lists),
        description=str(schema.get("description") or ""),
        checks=tuple(checks),
        positive=str(schema.get("x-positive") or ""),
        json_schema=dict(schema),
    )


def plain_schema(root: Schema, part: Schema) -> dict[str, Any]:
    """A part of a schema that was read before, without references and without "or null"."""
    return _Reading(root, "schema")._plain(part, "")


class _Reading:
    """One schema being read; knows where it came from and what its references mean."""

    def __init__(self, schema: Schema, name: str) -> None:
        if not isinstance(schema, Mapping):
            raise UsageError(f"{name}: expected a JSON Schema, got {type(schema).__name__}")
        try:
            size = len(json.dumps(schema))
        except (TypeError, ValueError) as error:
            raise UsageError(f"{name}: no JSON Schema ({error})") from None
        if size > _MOST_BYTES:
            raise UsageError(f"{name}: larger than {_MOST_BYTES:,} bytes")
        self._root, self._name = schema, name

    def members(
        self, schema: Schema, prefix: str, depth: int
    ) -> tuple[list[FieldSpec], list[ListSpec]]:
        """The fields and lists of an object."""
        properties = schema.get("properties")
        if not isinstance(properties, Mapping):
            raise self._fault(prefix, "expected an object with properties")
        if not depth:
            raise self._fault(prefix, f"nested deeper than {_DEEPEST} objects")
        required = schema.get("required") or ()
        fields: list[FieldSpec] = []
        lists: list[ListSpec] = []
        for name, given in properties.items():
            path = f"{prefix}.{name}" if prefix else name
            if not name or "." in name or "[" in name:
                raise self._fault(path, "names of fields are not empty and hold no '.' or '['")
            part = self._plain(given, path)
            if part.get("type") == "object" or "properties" in part:
                own, inner = self.members(part, path, depth - 1)
                fields += own
                lists += inner
            elif part.get("type") == "array" or "items" in part:
                lists.append(self._list(part, path))
            else:
                needed = name in required and not _nullable(given)
                fields.append(self._field(part, path, needed))
        return fields, lists

    def _list(self, part: Schema, path: str) -> ListSpec:
        items = self._plain(part.get("items"), f"{path}[]")
        words = str(part.get("description") or "")
        if items.get("type") == "array":
            raise self._fault(path, "lists inside lists cannot be extracted; make it an object")
        if items.get("type") != "object" and "properties" not in items:
            return ListSpec(path, (self._field(items, "value", True),), words, plain=True)
        columns, inner = self.members(items, "", 1)
        if inner:
            raise self._fault(path, "lists inside lists cannot be extracted")
        return ListSpec(path, tuple(columns), words or str(items.get("description") or ""))

    def _field(self, part: Schema, path: str, required: bool) -> FieldSpec:
        words = str(part.get("description") or part.get("title") or "")
        choices = part.get("enum", [part["const"]] if "const" in part else None)
        if choices is not None:
            named = tuple(str(choice) for choice in choices if choice is not None)
            if not named:
                raise self._fault(path, "its enum is empty")
            return FieldSpec(
                path, "choice", words, named, required, by_width=self._by_width(part, path, named)
            )
        term = str(part.get("x-en16931") or "")
        usual = part.get("x-usual") is True
        return FieldSpec(path, self._kind(part, path), words, (), required, term, usual)

    def _by_width(self, part: Schema, path: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        given = part.get("x-by-width", ())
        if given and (not isinstance(given, list) or len(given) != 2 or set(given) - set(choices)):
            raise self._fault(path, "x-by-width: expected a list of two of its choices")
        return tuple(given)

    def _kind(self, part: Schema, path: str) -> FieldKind:
        given = part.get("x-kind")
        if given is not None:
            if given not in get_args(FieldKind) or given == "choice":
                known = ", ".join(kind for kind in get_args(FieldKind) if kind != "choice")
                raise self._fault(path, f"x-kind {given!r} is none of {known}")
            kind: FieldKind = given
            return kind
        type_ = part.get("type", "string")
        if type_ == "string" and part.get("format") in _FORMATS:
            return _FORMATS[part["format"]]
        if type_ not in _KINDS:
            known = ", ".join([*_KINDS, "object", "array"])
            raise self._fault(path, f"type {type_!r} is none of {known}")
        return _KINDS[type_]

    def _plain(self, given: Any, path: str) -> dict[str, Any]:
        """A part without references and without "or null"."""
        for _ in range(_DEEPEST * 4):
            if given is True or given == {}:
                return {"type": "string"}
            if not isinstance(given, Mapping):
                raise self._fault(path, f"expected a schema, got {type(given).__name__}")
            if "$ref" in given:
                given = {
                    **self._target(given["$ref"], path),
                    **{key: value for key, value in given.items() if key != "$ref"},
                }
                continue
            ways = given.get("anyOf") or given.get("oneOf") or given.get("allOf")
            if ways:
                given = {**self._one_of(ways, path), **_without(given, "anyOf", "oneOf", "allOf")}
                continue
            if isinstance(given.get("type"), list):
                types = [one for one in given["type"] if one != "null"]
                given = {**given, "type": types[0] if types else "string"}
            return dict(given)
        raise self._fault(path, "its references go in a circle")

    def _one_of(self, ways: Any, path: str) -> Mapping[str, Any]:
        """The first way that is not null; Pydantic writes decimals as number or text."""
        for way in ways if isinstance(ways, list) else ():
            if isinstance(way, Mapping) and way.get("type") != "null":
                return way
        raise self._fault(path, "expected a type beside null")

    def _target(self, reference: Any, path: str) -> Mapping[str, Any]:
        place: Any = self._root
        parts = str(reference).split("/")
        if parts[0] != "#":
            raise self._fault(path, f"{reference}: only references within the schema are followed")
        for part in parts[1:]:
            place = place.get(part) if isinstance(place, Mapping) else None
        if not isinstance(place, Mapping):
            raise self._fault(path, f"{reference}: is not in the schema")
        return place

    def _fault(self, path: str, what: str) -> UsageError:
        return UsageError(f"{self._name}: {path or 'the schema'}: {what}")


def _nullable(given: Any) -> bool:
    """Whether a schema also takes null, as OpenAI's strict schemas write what may be missing."""
    types = given.get("type") if isinstance(given, Mapping) else None
    ways = given.get("anyOf", ()) if isinstance(given, Mapping) else ()
    return (isinstance(types, list) and "null" in types) or {"type": "null"} in ways


def _without(schema: Schema, *names: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in names}
