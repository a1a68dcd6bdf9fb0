"""From what the model wrote to values with their places: typed, found on the page, and how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .....schema import ExtractedField, FieldSource
from ....text.facts import words
from ..pages.rows import BAR, PageText, RowCell
from ..schemas.fields import NUMERIC, FieldSpec, ListSpec
from ..values.typed import Conventions, typed, values_written
from .alignment import Anchor, Place, find, place_on

_SURE = 0.9
"""Of a value that was found on the page, before checks; times how sure the page was read."""
_EMBEDDED = 0.98
"""Of a value that the file gives as data and the page as words."""
_PARTS = re.compile(r"(?<!\s)\s*[|,;\n]\s*")
"""Where a model joins what stands apart: a name and the street under it; the first part counts."""
_STEM, _SHORTEST_WORD = 5, 3
"""Letters by which a label's word and a field's are the same, and of which a word has at least."""
_UNSURE = 0.5
_UNREAD = "the model saw it, and nothing like it was read on the page"


class Placing:
    """Places the values of one document.

    Args:
        pages: all of it.
        by: how it writes its values.
        seen: whether the model saw the pages: what it saw and nobody read is kept as unsure.

    Attributes:
        places: where values were found, by path.
    """

    def __init__(self, pages: Sequence[PageText], by: Conventions, seen: bool = False) -> None:
        self._pages, self.by, self._seen = pages, by, seen
        self._cells = [cell for text in pages for row in text.rows for cell in row]
        self.places: dict[str, Place] = {}
        self._tokens: dict[FieldSpec, dict[Any, str]] = {}

    def value(
        self, field: FieldSpec, written: str, path: str = "", near: Anchor | None = None
    ) -> ExtractedField | None:
        """The value of a field; None where nothing was written, or it stands nowhere.

        Args:
            written: by the model.
            path: in the record, where it is not the field's own.
            near: where it is expected.
        """
        if not written:
            return None
        path = path or field.path
        place = self._place(field, written, near)
        if place is None:
            return self._unplaced(field, written, path)
        values = typed(field, place.quote if field.kind == "text" else written, self.by)
        self.places[path] = place
        return _field(path, values, place) if values else None

    def cell(
        self, column: FieldSpec, path: str, text: PageText, cell: RowCell
    ) -> ExtractedField | None:
        """The value that a cell holds; None where it is none of the column's type."""
        values = typed(column, cell.text, self.by)
        if not values:
            return None
        place = place_on(text, text.page, (cell.start, cell.end))
        self.places[path] = place
        return _field(path, values, place)

    def candidates(self, field: FieldSpec) -> Iterator[ExtractedField]:
        """Everything on the pages that a field of this type may be."""
        for token in self._written(field).values():
            if (found := self.value(field, token)) is not None:
                yield found

    def reading(self, field: FieldSpec, token: str) -> tuple[ExtractedField, str] | None:
        """What a field would be with this token of the page, and the row it stands in; nothing is taken."""
        place, values = self._place(field, token, None), typed(field, token, self.by)
        if place is None or not values:
            return None
        return _field(field.path, values, place), self._row(place)

    def _row(self, place: Place) -> str:
        """The cells of the row that a value stands in."""
        for text in self._pages:
            for row in text.cells if text.number == place.page else ():
                if row[0].start <= place.span[0] < row[-1].end:
                    return BAR.join(cell.text for cell in row)
        return place.quote

    def is_labelled(self, field: FieldSpec) -> bool:
        """Whether the row of a value, or a cell right above it, has a word of the field's name."""
        place = self.places.get(field.path)
        text = next((t for t in self._pages if place and t.number == place.page), None)
        if place is None or text is None:
            return False
        return _names(field, _beside(text, place))

    def spread(self, found: Sequence[ExtractedField]) -> bool:
        """Whether the words of these fields, which are the same, stand once for each of them."""
        quote = found[0].quote
        return sum(text.page.text.count(quote) for text in self._pages) >= len(found)

    def known(
        self, field: FieldSpec, text: str, path: str = "", near: Anchor | None = None
    ) -> ExtractedField | None:
        """A value that the file itself gives as data, held against the page.

        Args:
            text: as data writes it: numbers with a decimal point, ISO dates.
        """
        values = typed(field, text, Conventions(decimal="."))
        if not values:
            return None
        path = path or field.path
        place = self._place_of(field, text, values[0], near)
        if place is not None:
            return _field(path, values[:1], place, "embedded", _EMBEDDED)
        return ExtractedField(
            path=path,
            value=values[0],
            status="unsure",
            confidence=_UNSURE,
            source="embedded",
            reason="the data in the file says so; it is not written on the page",
        )

    def _place_of(
        self, field: FieldSpec, text: str, value: object, near: Anchor | None
    ) -> Place | None:
        """Where a known value stands, however the page writes it."""
        if field.kind == "text":
            return find(text, self._pages, near)
        last = field.kind == "money" and near is None
        for token in self._written(field).values():
            if _same(value, typed(field, token, self.by)) and (
                place := find(token, self._pages, near, last)
            ):
                return place
        return None

    def _place(self, field: FieldSpec, written: str, near: Anchor | None) -> Place | None:
        last = field.kind == "money" and near is None  # sums stand last
        near = self._called_so(field, written) if last else near
        place = find(written, self._pages, near, last)
        if place is None and field.kind == "text":
            parts = [part for part in _PARTS.split(written) if part.strip()]
            return next(filter(None, (find(p, self._pages, near) for p in parts[:2])), None)
        if place is None and field.kind not in ("choice", "boolean"):
            for value in typed(field, written, self.by)[:1]:  # 8.2 for what is written 8.20
                return self._place_of(field, written, value, near)
        return place

    def _called_so(self, field: FieldSpec, written: str) -> Anchor | None:
        """The last row that holds a value and a word of the field's name."""
        for text in reversed(self._pages):
            for row in reversed(text.cells):
                said = " ".join(cell.text for cell in row)
                if written in said and _names(field, said):
                    return text.number, (row[0].start, row[-1].end)
        return None

    def _written(self, field: FieldSpec) -> dict[Any, str]:
        """How the values that a field may have are written on the pages."""
        if field not in self._tokens:
            self._tokens[field] = values_written(field, self._cells, self.by) or {}
        return self._tokens[field]

    def rows(
        self, many: ListSpec, rows: Sequence[Mapping[str, str]], first: int
    ) -> Iterator[list[ExtractedField]]:
        """The rows of a list with their places; one that stands nowhere is left out.

        Args:
            first: number of the first row in the record.
        """
        after: Anchor | None = None
        for row in rows:
            anchor = self._anchor(many, row, after)
            prefix = f"{many.path}[{first}]"
            found = [
                value
                for column in many.columns
                if (
                    value := self.value(
                        column,
                        row.get(column.path, ""),
                        prefix if many.plain else f"{prefix}.{column.path}",
                        anchor,
                    )
                )
            ]
            if found:
                first += 1
                after = anchor or after
                yield found

    def _anchor(
        self, many: ListSpec, row: Mapping[str, str], after: Anchor | None
    ) -> Anchor | None:
        """Where a row stands: by the value that says most, which is the longest text."""
        texts = [
            row[column.path]
            for column in many.columns
            if column.kind not in NUMERIC and row.get(column.path)
        ]
        for text in sorted(texts or row.values(), key=len, reverse=True):
            if place := find(text, self._pages, after):
                return place.anchor
        return after

    def _unplaced(self, field: FieldSpec, written: str, path: str) -> ExtractedField | None:
        """A choice need not be written on the page, and eyes may see what OCR does not read."""
        values = typed(field, written, self.by)
        chosen = field.kind in ("choice", "boolean")
        if not values or not (chosen or self._seen):
            return None
        return ExtractedField(
            path=path,
            value=values[0],
            status="unsure",
            confidence=_UNSURE,
            reason="it is not written on the page in these words" if chosen else _UNREAD,
        )


def _names(field: FieldSpec, text: str) -> bool:
    """Whether a text has a word of the field's name."""
    named = {word[:_STEM] for word in words(field.path) if len(word) >= _SHORTEST_WORD}
    return any(word[:_STEM] in named for word in words(text))


def _beside(text: PageText, place: Place) -> str:
    """The words of a value's row without the value, and of the cells right above it."""
    start, end = place.span
    above: tuple[RowCell, ...] = ()
    for row in text.cells:
        own = next((cell for cell in row if cell.start <= start < cell.end), None)
        if own is not None:
            heads = [c.text for c in above if c.left <= own.right and own.left <= c.right]
            page = text.page.text
            return " ".join([page[row[0].start : start], page[end : row[-1].end], *heads])
        above = row
    return ""


def _same(value: object, read: Sequence[object]) -> bool:
    """Whether a value is among what was read; of numbers the sign may be the document's custom."""
    if isinstance(value, int | float):
        return any(isinstance(one, int | float) and abs(one) == abs(value) for one in read)
    return value in read


def _field(
    path: str,
    values: Sequence[object],
    place: Place,
    source: FieldSource = "page",
    sure: float = _SURE,
) -> ExtractedField:
    several = len(values) > 1
    return ExtractedField(
        path=path,
        value=values[0],
        status="unsure" if several else "found",
        page=place.page,
        boxes=place.boxes,
        quote=place.quote,
        confidence=round((_UNSURE if several else sure) * place.score, 3),
        alternatives=tuple(values[1:]),
        source=source,
        reason="it can be read in more than one way" if several else "",
    )
