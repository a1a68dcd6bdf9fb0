"""What a file carries for machines: an electronic invoice in it, or beside it as XML of its own."""

from __future__ import annotations

from pathlib import Path

from .....errors import BadInput
from .....extensions.extras import needs
from .....schema import ExtractedField
from ..pages.rows import PageText
from ..places.alignment import Anchor, find
from ..places.placing import Placing
from ..schemas.fields import ListSpec, RecordSpec
from ..schemas.paths import ListPath
from .einvoice import MOST_BYTES, ElectronicInvoice, Terms, read_einvoice


def einvoice_of(path: Path) -> ElectronicInvoice | None:
    """The invoice that a PDF carries (Factur-X, ZUGFeRD), or that an XML file is (XRechnung).

    Raises:
        BadInput: the file cannot be opened.
    """
    ending = path.suffix.lower()
    if ending == ".xml":
        return read_einvoice(_content(path))
    if ending != ".pdf":
        return None
    with needs("documents"):
        from .....retrieval.loaders.pdf.attachments import attachments

    found = (read_einvoice(data) for _, data in attachments(path, ".xml", MOST_BYTES))
    return next(filter(None, found), None)


def fields_of(
    invoice: ElectronicInvoice, spec: RecordSpec, pages: list[PageText], placing: Placing
) -> dict[str, ExtractedField]:
    """The fields of a record that an electronic invoice gives, held against its pages."""
    fields: dict[str, ExtractedField] = {}
    for one in spec.fields:
        if (text := invoice.terms.get(one.term)) and (found := placing.known(one, text)):
            fields[one.path] = found
    for many in spec.lists:
        after: Anchor | None = None
        for number, line in enumerate(invoice.lines):
            anchor = _anchor(many, line, pages, after) or after
            after = anchor
            for column in many.columns:
                path = str(ListPath(many.path, number, column.path))
                text = line.get(column.term, "")
                if text and (found := placing.known(column, text, path, anchor)):
                    fields[path] = found
    return fields


def _anchor(
    many: ListSpec, line: Terms, pages: list[PageText], after: Anchor | None
) -> Anchor | None:
    """Where a line's name stands."""
    names = [line[c.term] for c in many.columns if c.kind == "text" and c.term in line]
    place = next(filter(None, (find(name, pages, after) for name in names)), None)
    return place.anchor if place else None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    except OSError as error:
        raise BadInput(str(path), f"cannot be read ({error.strerror})") from None
