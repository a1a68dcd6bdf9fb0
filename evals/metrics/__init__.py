"""Metrics by their field's definitions; plain functions of plain values."""
