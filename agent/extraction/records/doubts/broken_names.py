"""Who wrote a paper is named whole: a name that is set in two rows is often given by one of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .....schema import Box, ExtractedField
from ....verification.names import are_one_name, names_who
from ..pages.rows import PageText, RowCell
from ..schemas.fields import FieldSpec
from .list_rows import Fields

__all__ = ["with_whole_names"]

Row = tuple[RowCell, ...]


def with_whole_names(
    specs: Sequence[FieldSpec], fields: Fields, pages: Sequence[PageText]
) -> Fields:
    """The fields; a name that fills a row goes with the row above it where both are one line of type.

    It goes with the row below where both are written large: what follows a name in the type of the whole
    page may be anything.

    Args:
        specs: of the fields; those that are called after who wrote a paper are looked at.
        fields: found so far, by path.
        pages: of the document.
    """
    whole = dict(fields)
    for one in specs:
        found = fields.get(one.path)
        if found is None or one.kind != "text" or not names_who(one.path.replace("_", " ")):
            continue
        for text in pages:
            if text.number == found.page:
                whole[one.path] = _whole(found, text)
    return whole


def _whole(found: ExtractedField, text: PageText) -> ExtractedField:
    for at, (above, below) in enumerate(pairwise(text.cells)):
        first, second = _words(above), _words(below)
        headed = first == found.quote and {at, at + 1} <= text.large
        if second != found.quote and not headed:
            continue
        upper, lower = _box(text, above), _box(text, below)
        if upper and lower and are_one_name(first, upper, second, lower):
            quote = f"{first} {second}"
            said = {"value": quote, "quote": quote, "alternatives": (found.value,)}
            return found.model_copy(update={**said, "boxes": (upper, lower)})
    return found


def _words(row: Row) -> str:
    return " ".join(cell.text for cell in row)


def _box(text: PageText, row: Row) -> Box | None:
    """Where a row stands; None where its page has no layout."""
    boxes = text.page.boxes_of(row[0].start, row[-1].end)
    return Box.around(boxes) if boxes else None
