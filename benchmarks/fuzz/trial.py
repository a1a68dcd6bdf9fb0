"""One broken document read as adding reads it, and what came of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import BadInput
from ...retrieval.loaders.drawing import PageRenderer
from ...retrieval.loaders.isolate import IsolatedReader
from ...settings import DocumentLimits
from .mutations import mutated

LIMITS = DocumentLimits(page_seconds=20, expanded=64 * 2**20, pages=500)
"""Tight, so that what runs away is seen soon."""
_DRAWN = 8
"""Every so many documents a page is drawn, too."""


@dataclass
class Outcomes:
    """What came of the documents of one ending.

    Attributes:
        counts: how many were read, and refused.
        findings: what should not have happened, with the files that show it.
        reasons: how often which refusal.
    """

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, str]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


def attempts(ending: str, sound: bytes, seed: int) -> Iterator[bytes]:
    """Broken documents without end, the same for the same seed."""
    number = 0
    while True:
        yield mutated(random.Random(f"{ending} {seed} {number}"), sound)
        number += 1


class Trial:
    """Reads documents in the process that adding uses.

    Args:
        folder: where they are written, and where those that are findings stay.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reader, self._renderer = IsolatedReader(LIMITS), PageRenderer(LIMITS)

    def close(self) -> None:
        """End the processes."""
        self._reader.close()
        self._renderer.close()

    def one(self, name: str, data: bytes, outcomes: Outcomes) -> None:
        """Read one document, and note what came of it."""
        path = self._folder / name
        path.write_bytes(data)
        draws = sum(outcomes.counts.values()) % _DRAWN == 0
        try:
            for _ in self._reader.read(path):
                pass
            if draws:
                self._renderer.draw(path, 1)
        except BadInput as error:
            finding = finding_in(path, error)
            if "pages have no look" in error.reason:
                outcomes.counts["read"] += 1
            else:
                outcomes.counts["refused"] += 1
                outcomes.reasons[error.reason.partition("(")[0][:60]] += 1
        except Exception as error:
            finding = f"raised {type(error).__name__}: {error}"
        else:
            finding = ""
            outcomes.counts["read"] += 1
        if finding:
            outcomes.findings.append((name, finding))
        else:
            path.unlink()


def finding_in(path: Path, error: BadInput) -> str:
    """What is wrong with a refusal: that there was a crash or no end, or that it does not say why."""
    if "the reader crashed" in error.reason:
        return f"crashed: {error.reason}"
    if "took more than" in error.reason:
        return f"took too long: {error.reason}"
    if error.source != str(path) or len(error.reason.split()) < 3:
        return f"says too little: {error}"
    return ""
