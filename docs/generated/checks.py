"""The page of checks: what a draft is held against, in order."""

from __future__ import annotations

from ...agent.verification.registry import CHECKS
from .tables import table

HEAD = """\
# Checks

This page is written by the program: what looks at a draft, in this order. A check passes, doubts, or, for
a model that only reads, puts the draft right. `checks.disabled` in the [settings](settings.md#checks)
switches one off by its name; [add your own](../how-to/own-check.md).
"""


def page() -> str:
    """One row a check."""
    rows = [(f"`{c.name}`", c.purpose, c.when) for c in CHECKS]
    return f"{HEAD}\n{table(['check', 'what should be so', 'looks at'], rows)}"
