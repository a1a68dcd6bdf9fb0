"""How far a run of adding is, and what it did."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..loaders.walk import Walk

__all__ = ["IngestProgress", "IngestSummary", "Tally"]

_NAMED, _REASONS = 8, 2
"""Of pages without words, how many are named and how many reasons are given."""


@dataclass(frozen=True)
class IngestProgress:
    """How far a run is; `pages` counts those stored by this run."""

    file: str
    files_done: int
    files: int
    pages: int
    seconds: float


@dataclass(frozen=True)
class IngestSummary:
    """What a run did; names of documents, paths where something failed."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    skipped: int = 0
    pages: int = 0
    seconds: float = 0.0
    interrupted: bool = False


@dataclass
class Tally:
    """What a run has done so far; whoever changes it holds the run's lock."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    unchanged: int = 0
    pages: int = 0
    done: int = 0
    total: int = 0
    began: float = field(default_factory=time.monotonic)

    def progress(self, file: str) -> IngestProgress:
        """How far the run is, with the name of the file it is at."""
        seconds = time.monotonic() - self.began
        return IngestProgress(file, self.done, self.total, self.pages, seconds)

    def summary(self, walk: Walk, interrupted: bool) -> IngestSummary:
        """What the run did, with what its walk over the folders met."""
        return IngestSummary(
            added=tuple(self.added),
            changed=tuple(self.changed),
            renamed=tuple(self.renamed),
            unchanged=self.unchanged,
            failed=(*walk.failed, *self.failed),
            skipped=walk.skipped,
            pages=self.pages,
            seconds=time.monotonic() - self.began,
            interrupted=interrupted,
        )


def missing_pages(missing: Sequence[tuple[int, str]]) -> str:
    """What a document was added without: "added without page 3 (it is a scan, ...)"."""
    numbers = [str(number) for number, _ in missing]
    named = ", ".join(numbers[:_NAMED]) + (", ..." if len(numbers) > _NAMED else "")
    pages = "page" if len(numbers) == 1 else f"{len(numbers)} pages:"
    reasons = "; ".join(list(dict.fromkeys(reason for _, reason in missing))[:_REASONS])
    return f"added without {pages} {named} ({reasons})"
