"""Receipts of a till are told from invoices by their paper: a roll takes few letters in a line.

Printers of tills write 32 to 48 letters in a line, on wide rolls 64; sheets are filled from margin to
margin. What such a slip calls itself says less: in many countries it is headed "tax invoice".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from .....schema import ExtractedField
from ..pages.rows import PageText
from ..schemas.fields import RecordSpec

__all__ = ["by_width", "letters_across"]

_WIDEST = 64
"""Letters in a line of a slip."""
_SHORTEST = 4
"""Letters of a word that tells how wide letters are."""
_CHOSEN = 0.8

Fields = dict[str, ExtractedField]


def by_width(
    spec: RecordSpec, fields: Mapping[str, ExtractedField], pages: Sequence[PageText]
) -> Fields:
    """The fields, where a choice between a slip and a sheet is made by the page's width.

    A kind that the page names in its own words is kept, save that a slip is no invoice that is sent; one
    that it does not name is changed where the paper states an amount.
    """
    chosen = dict(fields)
    across = max((letters_across(text) for text in pages), default=0.0)
    pays = any(one.kind == "money" and one.path in fields for one in spec.fields)
    for one in spec.fields:
        found = fields.get(one.path)
        if found is None or not one.by_width or not across:
            continue
        slip, sheet = one.by_width
        named = found.status == "found"
        value = found.value
        if across <= _WIDEST and (value == sheet or (pays and not named)):
            value = slip
        elif across > _WIDEST and value == slip and not named:
            value = sheet
        if value != found.value:
            said = {"value": value, "confidence": _CHOSEN, "alternatives": (found.value,)}
            chosen[one.path] = found.model_copy(update=said)
    return chosen


def letters_across(text: PageText) -> float:
    """How many letters of usual width a page's print is wide; 0 where its layout is not known."""
    words = [
        (box[2] - box[0]) / (end - start)
        for (start, end), box in zip(
            text.page.spans.tolist(), text.page.boxes.tolist(), strict=True
        )
        if end - start >= _SHORTEST
    ]
    letter = median(words) if words else 0.0
    if letter <= 0:
        return 0.0
    return float(text.page.boxes[:, 2].max() - text.page.boxes[:, 0].min()) / letter
