"""The kinds of documents that can be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from ...extensions.extras import PURPOSES, Extra, has
from .text import literal

if TYPE_CHECKING:
    from ...retrieval.loaders.base import DocumentFormat

__all__ = ["describe_kind", "show_kinds"]


def describe_kind(known: DocumentFormat) -> dict[str, object]:
    """A kind of document as JSON."""
    extra = next((name for name in PURPOSES if name == known.extra), None)
    return {
        "kind": known.kind,
        "endings": list(known.endings),
        "called": known.called,
        "extra": known.extra,
        "installed": extra is None or _is_there(extra),
    }


def _is_there(extra: Extra) -> bool:
    return has(extra)


def show_kinds(formats: Iterable[DocumentFormat], console: Console) -> None:
    """Each kind with the endings of its files, and the extra that brings what reads it."""
    table = Table(
        Column("kind", no_wrap=True), "files", "what it is", "extra", box=None, pad_edge=False
    )
    for known in formats:
        about = describe_kind(known)
        extra = known.extra + ("" if about["installed"] else " (not installed)")
        endings = " ".join(known.endings) or f"*.{known.kind}, with LOOKTWICE_DOCUMENTS__ARCHIVES=1"
        row = (known.kind, endings, known.called, extra)
        table.add_row(*map(literal, row))
    console.print(table)
