"""What was read from each picture, put together: a sum, a mean, the greatest, the least, or a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...schema import Citation, Evidence
from ...tools.calculate import calculation_evidence
from ..evidence.citation import cite_statement
from ..state import Gathering
from .gathering import Record, amount, rank

_PLACES = 2  # of a mean


@dataclass(frozen=True)
class Composed:
    """An answer made by the program.

    Attributes:
        missing: numbers of the pictures in which the field was not found.
        rows: of a table as values, the first names the columns.
    """

    text: str
    citations: tuple[Citation, ...]
    missing: tuple[int, ...] = ()
    calculation: Evidence | None = None
    rows: tuple[tuple[str, ...], ...] = ()


def compose(gathering: Gathering, records: Sequence[Record]) -> Composed | None:
    """The answer; None where too little was read for one."""
    make: Callable[[Gathering, Sequence[Record]], Composed | None] = {
        "table": _table,
        "sum": _sum,
        "mean": _sum,
        "greatest": _extreme,
        "least": _extreme,
    }[gathering.operation]
    return make(gathering, records)


def _table(gathering: Gathering, records: Sequence[Record]) -> Composed | None:
    """One row a picture, one column a field."""
    named = gathering.fields
    filled = [record for record in records if any(record.values.get(name) for name in named)]
    if not filled:
        return None
    rows = [("picture", *named)]
    lines = [_row(rows[0]), "|" + " --- |" * len(rows[0])]
    citations = []
    for record in filled:
        cells = [record.values.get(name, "") for name in named]
        start = sum(len(line) + 1 for line in lines)
        rows.append((_called(record), *cells))
        lines.append(_row(rows[-1]))
        citations += _cited(" ".join(cells), start, start + len(lines[-1]), gathering, record)
    missing = tuple(record.number for record in records if record not in filled)
    return Composed("\n".join(lines), tuple(citations), missing, rows=tuple(rows))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _sum(gathering: Gathering, records: Sequence[Record]) -> Composed | None:
    """The sum or the mean of the numbers of one field, with what it is made of."""
    values = [(record, amount(record.values.get(gathering.field, ""))) for record in records]
    terms = [(record, value) for record, value in values if value is not None]
    if not terms:
        return None
    made = " + ".join(f"{value:f}" for _, value in terms)
    result = sum((value for _, value in terms), Decimal(0))
    if gathering.operation == "mean":
        made = f"({made}) / {len(terms)}"
        result = round(result / len(terms), _PLACES)
    text = f"{result:f} = {made}"
    citations = [
        found
        for record, _ in terms
        for found in _cited(record.values[gathering.field], 0, len(text), gathering, record)
    ]
    missing = tuple(record.number for record, value in values if value is None)
    calculation = calculation_evidence(made, f"{result:f}")
    return Composed(text, tuple(citations), missing, calculation)


def _extreme(gathering: Gathering, records: Sequence[Record]) -> Composed | None:
    """The picture whose field is the greatest or the least; all of them where several are."""
    values = [(record, rank(record.values.get(gathering.field, ""))) for record in records]
    ranked = [(record, value) for record, value in values if value is not None]
    if not ranked:
        return None
    choose = max if gathering.operation == "greatest" else min
    best = choose(value for _, value in ranked)
    winners = [record for record, value in ranked if value == best]
    text, citations = "", []
    for record in winners:
        value = record.values[gathering.field]
        said = f"{_called(record)}: {gathering.field} {value}"
        start = len(text) + (1 if text else 0)
        text += ("\n" if text else "") + said
        citations += _cited(value, start, len(text), gathering, record)
    missing = tuple(record.number for record, value in values if value is None)
    return Composed(text, tuple(citations), missing)


def _called(record: Record) -> str:
    name = f" ({record.picture.name})" if record.picture.name else ""
    return f"picture {record.number}{name}"


def _cited(said: str, start: int, end: int, gathering: Gathering, record: Record) -> list[Citation]:
    """Where the value stands in the picture it was read from."""
    asked = " ".join(gathering.fields)
    found = cite_statement(said, start, asked, record.evidence)
    return [found.model_copy(update={"start": start, "end": end})] if found is not None else []
