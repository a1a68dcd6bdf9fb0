"""The process that finds tables in documents: the same bounds and frames as the one that reads pages.

Started by `read`, never by hand. Pages without text are sent as pictures, since the owner has OCR.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from ...schema import Table
from ..loaders.base import Scan
from ..loaders.protocol import Head, page_of, send, send_page
from ..loaders.reader import main
from .sources.open import open_tables

__all__ = ["item_of"]


def _send(stream: BinaryIO, item: Any) -> None:
    if isinstance(item, Scan):
        send_page(stream, item)
    else:
        send(stream, {"is": "table"}, item.model_dump_json(exclude_defaults=True).encode())


def item_of(head: Head, body: bytes) -> Table | Scan:
    """The table or the page to be read that the child sent."""
    if head["is"] == "table":
        return Table.model_validate_json(body)
    scan = page_of(head, body)
    assert isinstance(scan, Scan)
    return scan


if __name__ == "__main__":
    main(open_tables, _send)
