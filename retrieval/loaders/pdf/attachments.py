"""Files that are attached to a PDF, such as the data of an electronic invoice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .handles import PDFIUM, open_pdf_file

_MOST = 100
"""Attachments that are looked at."""


def attachments(path: Path, ending: str, most_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Files attached to a PDF, by name and content, those that end so and are not larger.

    Raises:
        BadInput: the PDF cannot be opened.
    """
    from pypdfium2 import PdfDocument

    with PDFIUM:
        with open_pdf_file(path):
            pass  # says in our words what is wrong with it
        document = PdfDocument(path)
        try:
            for number in range(min(document.count_attachments(), _MOST)):
                attached = document.get_attachment(number)
                name = attached.get_name()
                if name.lower().endswith(ending):
                    data = bytes(attached.get_data())
                    if len(data) <= most_bytes:
                        yield name, data
        finally:
            document.close()
