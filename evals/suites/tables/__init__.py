"""Questions about tables, the same ones of each table as CSV, workbook, PDF and picture."""

from __future__ import annotations

from .generate import FORMATS, generate

__all__ = ["FORMATS", "generate"]
