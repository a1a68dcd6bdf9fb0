"""What a record is made of: typed fields, nested ones by dotted names, and lists of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

FieldKind = Literal[
    "text", "date", "money", "number", "integer", "currency", "boolean", "choice", "iban", "vat_id"
]
NUMERIC: frozenset[FieldKind] = frozenset({"money", "number", "integer"})


@dataclass(frozen=True)
class FieldSpec:
    """A field of one value.

    Attributes:
        path: its name; dotted where it is nested ("seller.name"); of a list's column the name there.
        kind: what its values are.
        description: what it means, in words for the model.
        choices: its values, where it has only these.
        required: whether a record without it is incomplete.
        term: the business term of EN 16931 that it is: "BT-112"; "" for none.
        usual: nearly every document gives it, so it is not asked twice whether this one does.
        by_width: the choice that a till's narrow slip is, and the one that a sheet is; () for none.
    """

    path: str
    kind: FieldKind = "text"
    description: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    term: str = ""
    usual: bool = False
    by_width: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListSpec:
    """A field of many rows, such as the items of an invoice.

    Attributes:
        columns: the fields of one row.
        plain: whether a row is one value instead of an object.
    """

    path: str
    columns: tuple[FieldSpec, ...]
    description: str = ""
    plain: bool = False


@dataclass(frozen=True)
class RecordSpec:
    """A schema as this program uses it.

    Attributes:
        title: what a record is of: "invoice".
        checks: what must hold between fields: "net + tax = total"; see `checks`.
        positive: a field of money: where it is negative, all money of the record changes its sign, as in
            credit notes, which state what they give back.
        json_schema: where it came from; what a filled record is validated with.
    """

    title: str
    fields: tuple[FieldSpec, ...] = ()
    lists: tuple[ListSpec, ...] = ()
    description: str = ""
    checks: tuple[str, ...] = ()
    positive: str = ""
    json_schema: dict[str, Any] = field(default_factory=dict, hash=False)

    def paths(self) -> Iterator[str]:
        """Names of all fields, as columns of a sheet."""
        for one in self.fields:
            yield one.path
        for many in self.lists:
            for column in many.columns:
                yield many.path if many.plain else f"{many.path}.{column.path}"


def nested(values: dict[str, Any]) -> dict[str, Any]:
    """Dotted names as objects in objects: {"seller.name": "A"} -> {"seller": {"name": "A"}}."""
    record: dict[str, Any] = {}
    for path, value in values.items():
        *parents, last = path.split(".")
        place = record
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return record
