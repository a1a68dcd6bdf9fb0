"""A field of a record in words: its name, its value, its state and who looked at it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ....agent.extraction.records.schemas.fields import FieldSpec
from ....agent.extraction.records.schemas.paths import list_path
from ....schema import ExtractedField
from ..html.escaping import plain

NEXT_UNSURE = (
    '<button type="button" class="lt-do lt-next"><span>Next unsure</span> &rsaquo;</button>'
)


def named(path: str) -> str:
    """The name of a field as a heading, rows counted from 1; it is the user's word, or the schema's."""
    place = list_path(path)
    if place is not None:
        path = f"{place.many} {place.row + 1}" + (f".{place.column}" if place.column else "")
    return f'<span class="lt-own">{plain(path.replace("_", " ").replace(".", " › "))}</span>'


def value_text(spec: FieldSpec, value: Any) -> str:
    """A value as people read it, and may type it again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if spec.kind == "money" and isinstance(value, int | float):
        return f"{value:.2f}" if round(value, 2) == value else str(value)
    return str(value)


def state_of(field: ExtractedField) -> tuple[str, str]:
    """The class of a cell, and what a screen reader says of it beside the value."""
    if field.review is not None:
        same = field.review.found == field.value
        return ("confirmed", "confirmed") if same else ("corrected", "corrected")
    words = {"unsure": "unsure", "missing": "missing"}
    return field.status, words.get(field.status, "")


def when(field: ExtractedField) -> str:
    """When somebody looked at it, in the local time; "" where nobody did."""
    return moment(field.review.at) if field.review is not None else ""


def moment(at: datetime) -> str:
    """A time as people read it, in the local time."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")
