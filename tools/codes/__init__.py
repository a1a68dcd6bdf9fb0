"""Barcodes and QR codes: read by the program, never guessed by a model."""

from __future__ import annotations

from .reader import CODES, codes_tool, read_codes

__all__ = ["CODES", "codes_tool", "read_codes"]
