"""Values of scans read a second time, enlarged: two readings that differ are two possible values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .....errors import ToolError
from .....schema import Box, ExtractedField
from ..pages.rows import PageText
from ..schemas.fields import FieldKind, FieldSpec
from ..values.typed import Conventions, typed, values_written

_KINDS: frozenset[FieldKind] = frozenset({"money", "number", "integer", "date", "iban", "vat_id"})
"""Kinds in which one wrong letter is another value."""
_MOST = 6
"""Values of one document."""
_TWICE = 0.95
"""How sure a value is that was read alike twice."""
_UNSURE = 0.5

ReadAgain = Callable[[PageText, Box], str]


def reread(
    fields: dict[str, ExtractedField],
    specs: Sequence[FieldSpec],
    pages: Mapping[int, PageText],
    by: Conventions,
    read_again: ReadAgain,
    surely: set[str],
) -> None:
    """Read again, in place, what no check bears out; a value that cannot be read stays as it was.

    Args:
        fields: by path.
        specs: of the fields.
        pages: by number.
        by: how the document writes its values.
        read_again: OCR of a part of a page, enlarged; "" for pages that are no scans.
        surely: paths that a check bears out.
    """
    looked = 0
    for spec in specs:
        found = fields.get(spec.path)
        if found is None or spec.kind not in _KINDS or spec.path in surely or not found.boxes:
            continue
        page = pages[found.page or 1]
        if page.image is None or looked >= _MOST:
            continue
        looked += 1
        try:
            text = read_again(page, found.boxes[0])
        except ToolError:
            continue
        fields[spec.path] = _compared(spec, found, text, by)


def _compared(spec: FieldSpec, found: ExtractedField, text: str, by: Conventions) -> ExtractedField:
    tokens = values_written(spec, [text], by) or {}
    values = [value for token in tokens.values() for value in typed(spec, token, by)[:1]]
    if found.value in values:
        sure = max(found.confidence, _TWICE) if found.status == "found" else found.confidence
        return found.model_copy(update={"confidence": sure})
    if len(values) != 1:
        return found
    return found.model_copy(
        update={
            "status": "unsure",
            "confidence": min(found.confidence, _UNSURE),
            "alternatives": tuple(dict.fromkeys([*found.alternatives, values[0]])),
            "reason": f"enlarged, it reads {values[0]}",
        }
    )
