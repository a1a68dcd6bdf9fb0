"""Cells of CSV and XLSX files as they are written: no spreadsheet may run what came from a document."""

from __future__ import annotations

import re

_LEAD = re.compile(r"[\s\x00-\x20\u00a0\u200b-\u200f\u2060\ufeff'\"]*+")
"""What a spreadsheet may pass over, or take away, before it looks for a formula."""
_FORMULA = re.compile(r"[=@＝＠|%]|[+＋−－-](?![\d.,\s]*+$)")
"""What a spreadsheet may take for a formula, full-width signs too; numbers with a sign are none."""
_STRIPPED = "\t\r\n"


def plain_cell(text: str) -> str:
    """A text that stays text when a spreadsheet opens it: what begins like a formula gets a quote.

    After OWASP, "CSV Injection". Every file of ours that a spreadsheet may open is written with this.
    """
    lead = _LEAD.match(text)
    at = lead.end() if lead else 0
    return f"'{text}" if (text[:1] in _STRIPPED and text) or _FORMULA.match(text, at) else text


def as_written(cell: str) -> str:
    """The text that `plain_cell` made this cell of."""
    return cell[1:] if cell[:1] == "'" and plain_cell(cell[1:]) == cell else cell
