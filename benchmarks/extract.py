"""What a record costs on the starter pack, and how much of it is right: invoices and receipts made here."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..agent.assistant import Assistant
from ..evals.suites.collections.papers import BusinessPaper, papers
from .measure import Measurement, needs_starter, scratch_settings, seconds_of

EACH = 3
"""Papers of a kind."""
KINDS = {"invoice": "seller", "receipt": "company"}
"""Shipped schemas, and what each calls who issued the paper."""


def measure() -> Iterator[Measurement]:
    """Seconds a record of each kind, how many of its values are right beside its name."""
    with scratch_settings() as settings:
        needs_starter(settings)
        made = papers(random.Random(7))
        with Assistant(settings) as assistant:
            yield Measurement("loading the models", (seconds_of(assistant.warm),))
            for kind in KINDS:
                own = [paper for paper in made if paper.kind == kind]
                _record_of(own[EACH], settings.home, assistant)  # the schema's words are read once
                yield _measured(kind, own[:EACH], settings.home, assistant)


def _measured(
    kind: str, chosen: Sequence[BusinessPaper], folder: Path, assistant: Assistant
) -> Measurement:
    times: list[float] = []
    right = asked = 0
    for paper in chosen:
        start = time.perf_counter()
        record = _record_of(paper, folder, assistant)
        times.append(time.perf_counter() - start)
        wanted = _truth(paper)
        asked += len(wanted)
        right += sum(record.get(name) == value for name, value in wanted.items())
    return Measurement(f"a record, {kind}, {right} of {asked} values right", tuple(times))


def _record_of(paper: BusinessPaper, folder: Path, assistant: Assistant) -> dict[str, Any]:
    file = folder / f"{paper.name}.pdf"
    file.write_bytes(paper.pdf())
    return assistant.extract(paper.kind, file).record


def _truth(paper: BusinessPaper) -> dict[str, Any]:
    """The values that a paper gives, by the schema's names."""
    known = {
        KINDS[paper.kind]: paper.issuer,
        "date": paper.day.isoformat(),
        "total": paper.cents / 100,
        "tax": None if paper.tax is None else paper.tax / 100,
        "number": paper.number if paper.kind == "invoice" else None,
        "buyer": paper.recipient or None,
    }
    return {name: value for name, value in known.items() if value is not None}
