"""What is asked of an extraction, as a value that crosses to workers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .....schema import Value


class RecordRequest(Value):
    """A document to be read into a record.

    Attributes:
        json_schema: of the record.
        page: only this page, 1-based; None for the whole document.
        ignore_embedded: leave out what the file carries for machines (Factur-X, form fields).
    """

    json_schema: dict[str, Any]
    page: int | None = Field(default=None, ge=1)
    ignore_embedded: bool = False
