"""Questions about several pictures at once: each is read by itself, the program does the rest.

A small model cannot hold five receipts apart in one prompt, and adds up badly. It says which fields the
question needs, reads them from one picture after the other under a schema, and the program sums, compares
or lays them out as a table (after MuMath-Code: arithmetic is the program's work).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from pydantic import RootModel

from ...prompts import render
from ...schema import Evidence, Picture
from ..backends.base import Message
from ..evidence.prompting import opening
from ..evidence.rendering import show_evidence
from ..planner import object_schema
from ..run import Run
from ..state import Gathering, Operation
from ..structured_output import MalformedReply, ask_json
from ..text.facts import date_parts, numbers, written_dates
from ..verification.wording import gives_up

_MOST_FIELDS = 8
_MOST_TOKENS = 60  # of one value
_FEWEST = 2  # pictures that have something to be put together


class _Fields(RootModel[dict[str, Any]]):
    """Values by the names of their fields."""


@dataclass(frozen=True)
class Record:
    """What was read from one picture.

    Attributes:
        number: of the picture, from 1.
        values: by field; "" where nothing was found.
        evidence: what it was read from.
    """

    number: int
    picture: Picture
    values: dict[str, str]
    evidence: tuple[Evidence, ...]


def wanted(question: str, run: Run) -> Gathering:
    """Which fields a question about several pictures needs; operation "none" where it needs none."""
    schema = object_schema(
        {
            "operation": {"enum": list(get_args(Operation))},
            "field": {"type": "string"},
            "fields": {"type": "array", "items": {"type": "string"}, "maxItems": _MOST_FIELDS},
        }
    )
    messages = [
        Message(role="system", text=render("system_gather")),
        Message(role="user", text=render("gather", question=question)),
    ]
    try:
        found = ask_json(run.model, messages, schema, Gathering, max_tokens=120)
    except MalformedReply:
        return Gathering(operation="none")
    names = tuple(
        dict.fromkeys(name.strip() for name in (*found.fields, found.field) if name.strip())
    )
    field = found.field.strip() or next(iter(names), "")
    return Gathering(operation=found.operation if names else "none", field=field, fields=names)


def read_each(
    gathering: Gathering,
    pictures: Sequence[tuple[int, Picture]],
    evidence: Sequence[Evidence],
    run: Run,
) -> list[Record]:
    """The fields of each picture, read from its own evidence only; those without any are left out."""
    records = []
    for place, (number, picture) in enumerate(pictures):
        own = tuple(
            e for e in evidence if e.source.picture == picture.original and e.kind == "text"
        )
        left = len(pictures) - place
        one_by_one = run.model.can_call(left * len(gathering.fields))
        if own and run.model.can_call():
            read = _asked if one_by_one else _filled
            records.append(Record(number, picture, read(gathering.fields, own, run), own))
    return records


def can_gather(pictures: Sequence[Picture], evidence: Sequence[Evidence]) -> bool:
    """Whether words were read in several of the pictures."""
    read = {e.source.picture for e in evidence if e.kind == "text"}
    return sum(picture.original in read for picture in pictures) >= _FEWEST


def amount(value: str) -> Decimal | None:
    """The number a value holds; None where there is none, or several that differ."""
    found = {Decimal(number) for number in numbers(value)}
    return found.pop() if len(found) == 1 else None


def rank(value: str) -> tuple[Decimal, ...] | None:
    """What values are compared by: a date from its year on, else a number."""
    dates = written_dates(value)
    if len(dates) == 1:
        parts = date_parts(dates[0])
        year_first = len(dates[0].split(dates[0].strip("0123456789")[:1])[0]) > 2
        return tuple(map(Decimal, parts if year_first else parts[::-1]))
    found = amount(value)
    return None if found is None else (found,)


def _asked(fields: Sequence[str], evidence: Sequence[Evidence], run: Run) -> dict[str, str]:
    """A short question for each field: what small models do best; the evidence is read once."""
    return {name: _answer(name, evidence, run) for name in fields}


def _answer(field: str, evidence: Sequence[Evidence], run: Run) -> str:
    prompt = render(
        "frame_reading",
        evidence=show_evidence(evidence),
        question=render("field", field=field),
        task=render("task_answer"),
    )
    messages = [*opening("pictures"), Message(role="user", text=prompt)]
    text = run.model.generate(messages, max_tokens=_MOST_TOKENS).text.strip()
    return "" if gives_up(text) else text


def _filled(fields: Sequence[str], evidence: Sequence[Evidence], run: Run) -> dict[str, str]:
    """One call for all fields of one picture, where calls are few."""
    schema = object_schema({name: {"type": "string"} for name in fields})
    prompt = render("gather_fields", evidence=show_evidence(evidence), fields=", ".join(fields))
    messages = [Message(role="user", text=prompt)]
    try:
        read = ask_json(
            run.model, messages, schema, _Fields, max_tokens=_MOST_TOKENS * len(fields)
        ).root
    except MalformedReply:
        return dict.fromkeys(fields, "")
    return {name: str(read.get(name) or "").strip() for name in fields}
