"""Typed fields out of what was read. Knows no page layout and draws nothing."""
