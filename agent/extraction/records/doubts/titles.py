"""A document's own number and date stand in its title, where it has one that holds such values.

A small model that reads a whole page takes the number of an order or the day of a delivery as readily.
Shown the title alone it cannot: so where the title holds a value of the kind that was taken elsewhere, the
title is asked about by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from .....schema import ExtractedField
from ....budget import Meter
from ..generation.filling import ask_fields
from ..generation.prompting import opening
from ..pages.rows import PageText
from ..places.alignment import Anchor
from ..places.placing import Placing
from ..schemas.fields import FieldKind, FieldSpec, RecordSpec
from ..values.dates import date_tokens
from ..values.typed import Conventions, options, typed

_CHOSEN = 0.8
_FEWEST_DIGITS = 3
_ASIDE = re.compile(r"\([^()]*\)")
"""What stands in parentheses, a code of the form's kind, say."""
_YEAR = re.compile(r"(?:19|20)\d\d")

Fields = dict[str, ExtractedField]


def by_title(
    spec: RecordSpec,
    fields: Fields,
    pages: Sequence[PageText],
    placing: Placing,
    model: Meter,
    name: str,
) -> Fields:
    """The fields, with numbers and dates of the title where the model gives them from it alone.

    Args:
        spec: of the record.
        fields: found so far, by path.
        pages: of the document; the first may have a title.
        placing: places the values that come.
        model: asked once, where a title holds other values than were taken.
        name: of the document's file.
    """
    title = [_ASIDE.sub(" ", row) for row in pages[0].titles]
    doubted = _doubted(spec, fields, title, placing.by)
    if not doubted or not model.can_call():
        return fields
    begun = opening(name, "\n".join(title))

    def among(field: FieldSpec) -> Mapping[str, str] | None:
        return options(field, title, placing.by)

    written = ask_fields(model, begun, spec, doubted, among).written
    chosen = dict(fields)
    for one in doubted:
        given = written.get(one.path, "")
        if not any(rival in given for rival in _values_in(one, title)):
            continue
        found, taken = placing.value(one, given, near=_anchor(pages[0])), fields[one.path]
        if found is not None and found.value != taken.value:
            said = {"confidence": _CHOSEN, "alternatives": (taken.value,)}
            chosen[one.path] = found.model_copy(update=said)
    return chosen


def _anchor(page: PageText) -> Anchor:
    """Where the title stands."""
    row = page.cells[min(page.large)]
    return page.number, (row[0].start, row[-1].end)


def _doubted(
    spec: RecordSpec, fields: Fields, title: Sequence[str], by: Conventions
) -> list[FieldSpec]:
    """One field of each kind whose value was taken elsewhere though the title holds another of its kind."""
    first: dict[FieldKind, FieldSpec] = {}
    for one in spec.fields:
        rivals = _values_in(one, title)
        one_of_them = len(rivals) == 1 if one.kind == "date" else bool(rivals)
        taken = fields.get(one.path)
        if not one_of_them or taken is None or not _stands_elsewhere(taken, title):
            continue
        if any(taken.value in typed(one, rival, by) for rival in rivals):
            continue  # the same day, written in another way
        if not _is_taken(one, spec, fields, title):
            first.setdefault(one.kind, one)
    return list(first.values())


def _stands_elsewhere(found: ExtractedField, title: Sequence[str]) -> bool:
    """Whether a field has a date, or a number of something, that the title does not hold."""
    if found.source != "page" or _in_title(found, title):
        return False
    words = found.quote.split()
    return (len(words) == 1 and _has_digit(words[0])) or any(date_tokens(found.quote))


def _is_taken(field: FieldSpec, spec: RecordSpec, fields: Fields, title: Sequence[str]) -> bool:
    """Whether what the title holds is another field's; what nearly every document gives comes first."""
    return any(
        other.kind == field.kind
        and other.path != field.path
        and (other.usual or not field.usual)
        and (found := fields.get(other.path)) is not None
        and _in_title(found, title)
        and re.search(r"\d", found.quote) is not None
        for other in spec.fields
    )


def _in_title(found: ExtractedField, title: Sequence[str]) -> bool:
    return any(found.quote in row for row in title)


def _values_in(field: FieldSpec, title: Sequence[str]) -> list[str]:
    """Dates of a title, or what numbers things; [] for other kinds of fields."""
    if field.kind == "date":
        return [token for row in title for token in date_tokens(row)]
    return list(_numbered(title)) if field.kind == "text" else []


def _numbered(title: Sequence[str]) -> Iterator[str]:
    for row in title:
        for token in date_tokens(row):
            row = row.replace(token, " ")
        for found in filter(_has_digit, row.split()):
            token = found.strip(".,:;()[]#")
            if len(re.findall(r"\d", token)) >= _FEWEST_DIGITS and not _YEAR.fullmatch(token):
                yield token


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))
