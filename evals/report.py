"""The report of a run: one page that needs nothing beside itself, and the same as JSON.

A new measure is taken in `scoring.measures` and gets a column by itself (one that is
no share of 1 also stands in `summary._COSTS`); the fixed columns stand in
`report.html`, and what they hold in `summary.py`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from .failures import KINDS, failures_of
from .runner import EvalRun
from .summary import RunSummary, is_cost, summarise
from .svg import COLOURS, curve, diagonal, histogram, stacked

PAGE, DATA = "report.html", "report.json"


def write_report(run: EvalRun) -> tuple[Path, Path]:
    """Write both beside the run; gives the page and the JSON."""
    summary = summarise(run)
    page, data = run.folder / PAGE, run.folder / DATA
    page.write_text(as_page(run, summary), encoding="utf-8")
    data.write_text(json.dumps(as_data(run, summary), ensure_ascii=False, indent=1), "utf-8")
    return page, data


def as_data(run: EvalRun, summary: RunSummary) -> dict[str, Any]:
    """All figures, and what came of every task."""
    return {
        "run": run.manifest.model_dump(mode="json"),
        "complete": run.complete,
        **asdict(summary),
        "failures": dict(Counter(f.kind for f in failures_of(run, shown=0))),
        "tasks": [
            {
                **scored.model_dump(mode="json"),
                "answer": run.answers[scored.id].text,
                "status": run.answers[scored.id].status,
            }
            for scored in run.scored
        ],
    }


def as_page(run: EvalRun, summary: RunSummary) -> str:
    """The page; whatever came from pictures, documents, models and tools is escaped."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["percent"] = percent
    template = environment.from_string(
        (files("looktwice.evals") / "report.html").read_text(encoding="utf-8")
    )
    failures = failures_of(run)
    grouped = {words: [f for f in failures if f.kind == kind] for kind, words in KINDS.items()}
    measures = list(dict.fromkeys(name for row in summary.rows for name in row.measures))
    seconds = [s.measures["seconds"] for s in run.scored if "seconds" in s.measures]
    return template.render(
        run=run,
        record=run.manifest,
        summary=summary,
        total=summary.rows[0] if summary.rows else None,
        bars={row.kind: Markup(stacked(row.outcomes)) for row in summary.rows},  # type: ignore[arg-type]
        curve=Markup(curve(summary.curve)) if summary.curve else "",
        reliable=Markup(diagonal(points_of(summary))) if summary.reliability else "",
        times=Markup(histogram(seconds)),
        colours=COLOURS,
        qualities=[m for m in measures if not is_cost(m)],
        costs=[m for m in measures if is_cost(m)],
        failures={words: found for words, found in grouped.items() if found},
    )


def points_of(summary: RunSummary) -> list[tuple[float, float, float]]:
    """The reliability diagram's points: confidence, share that was right, share of all answers."""
    total = sum(one.count for one in summary.reliability)
    return [(one.confidence, one.right, one.count / total) for one in summary.reliability]


def percent(value: float | None) -> str:
    """A share for people."""
    return "–" if value is None else f"{100 * value:.0f} %"
