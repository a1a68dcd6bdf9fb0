"""Cells of CSV and XLSX files as they are written: no spreadsheet may run what came from a document."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.,\s]+$)")
"""What a spreadsheet may take for a formula; plain numbers with a sign are none."""


def plain_cell(text: str) -> str:
    """A text that stays text when a spreadsheet opens it: what begins like a formula gets a quote.

    After OWASP, "CSV Injection". Every file of ours that a spreadsheet may open is written with this.
    """
    return f"'{text}" if _FORMULA.match(text) else text
