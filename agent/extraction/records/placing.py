"""From what the model wrote to values with their places: typed, found on the page, and how sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ....schema import ExtractedField
from .alignment import Anchor, Place, find
from .fields import NUMERIC, FieldSpec, ListSpec
from .reading import PageText
from .values import Conventions, options, typed

_SURE = 0.9
"""Of a value that was found on the page, before checks; times how sure the page was read."""
_UNSURE = 0.5
_UNREAD = "the model saw it, and nothing like it was read on the page"


class Placing:
    """Places the values of one document.

    Args:
        pages: all of it.
        by: how it writes its values.
        seen: whether the model saw the pages: what it saw and nobody read is kept as unsure.
    """

    def __init__(self, pages: Sequence[PageText], by: Conventions, seen: bool = False) -> None:
        self._pages, self.by, self._seen = pages, by, seen
        self._cells = [cell for text in pages for row in text.rows for cell in row]

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
        return _field(path, values, place) if values else None

    def _place(self, field: FieldSpec, written: str, near: Anchor | None) -> Place | None:
        last = field.kind == "money" and near is None  # sums stand last
        place = find(written, self._pages, near, last)
        if place is None and field.kind not in ("text", "choice", "boolean"):
            wanted = typed(field, written, self.by)
            for token in dict.fromkeys((options(field, self._cells, self.by) or {}).values()):
                if typed(field, token, self.by)[:1] == wanted[:1]:  # 8.2 for what is written 8.20
                    return find(token, self._pages, near, last)
        return place

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


def _field(path: str, values: Sequence[object], place: Place) -> ExtractedField:
    several = len(values) > 1
    return ExtractedField(
        path=path,
        value=values[0],
        status="unsure" if several else "found",
        page=place.page,
        boxes=place.boxes,
        quote=place.quote,
        confidence=round((_UNSURE if several else _SURE) * place.score, 3),
        alternatives=tuple(values[1:]),
        reason="it can be read in more than one way" if several else "",
    )
