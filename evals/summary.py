"""Figures of a run: rates with their intervals, measures with their means, by kind of question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from .metrics.bootstrap import Interval, mean_interval
from .metrics.boxes import average_precision, mean_average_precision
from .metrics.calibration import (
    ReliabilityBin,
    expected_calibration_error,
    fitted_temperature,
    reliability,
)
from .metrics.groups import pair_consistency, wording_consistency
from .metrics.risk import aurc, risk_coverage
from .runner import EvalRun
from .scoring import OUTCOMES, Outcome, Scored

ALL = "all"
TEMPERATURE = "temperature that fits"
_COSTS = ("seconds", "model calls", "tool calls", "prompt tokens", "completion tokens")
"""Measures of cost; what is left of the measures are qualities from 0 to 1."""


@dataclass(frozen=True)
class SummaryRow:
    """One kind of question, or all of them.

    Attributes:
        outcomes: how many of each.
        score: its mean.
        measures: means of those that apply to any task of the row; "seconds" is the median.
    """

    kind: str
    count: int
    outcomes: dict[Outcome, int]
    score: Interval
    measures: dict[str, float]


@dataclass(frozen=True)
class RunSummary:
    """A whole run.

    Attributes:
        rows: the whole first, then each kind.
        wrongly_declined: share of the answerable questions that were declined; None without any.
        rightly_declined: share of the unanswerable ones that were declined; None without any.
        whole: figures of the run as such: AURC, expected calibration error, pair consistency, AP of
            boxes, by name.
        curve: risk against coverage.
        reliability: how often answers were right, by their confidence.
    """

    rows: tuple[SummaryRow, ...]
    wrongly_declined: float | None
    rightly_declined: float | None
    whole: dict[str, float]
    curve: tuple[tuple[float, float], ...]
    reliability: tuple[ReliabilityBin, ...] = ()


def summarise(run: EvalRun) -> RunSummary:
    """The figures of a run; of what was asked so far where it is not complete."""
    scored = run.scored
    kinds = list(dict.fromkeys(s.kind for s in scored))
    rows = [row(ALL, scored)] if scored else []
    if len(kinds) > 1:
        rows += [row(kind, [s for s in scored if s.kind == kind]) for kind in kinds]
    given = [s for s in scored if s.answered]
    confidences, wrong = [s.confidence for s in given], [1 - s.score for s in given]
    bins = reliability(confidences, [s.score for s in given])
    figures = {
        "AURC": aurc(confidences, wrong),
        "ECE": expected_calibration_error(bins),
        TEMPERATURE: fitted_temperature(confidences, [s.score for s in given]),
        "pair consistency": pair_consistency((s.pair, s.score) for s in scored),
        "wording consistency": wording_consistency((s.wording_of, s.outcome) for s in scored),
        **_boxes(run),
    }
    return RunSummary(
        rows=tuple(rows),
        wrongly_declined=_share(scored, lambda s: s.answerable, lambda s: s.outcome == "declined"),
        rightly_declined=_share(scored, lambda s: not s.answerable, lambda s: s.outcome == "right"),
        whole={name: value for name, value in figures.items() if value is not None},
        curve=tuple(risk_coverage(confidences, wrong, len(scored))),
        reliability=tuple(bins),
    )


def row(kind: str, scored: Sequence[Scored]) -> SummaryRow:
    """The figures of some tasks."""
    counts = Counter(s.outcome for s in scored)
    return SummaryRow(
        kind=kind,
        count=len(scored),
        outcomes={outcome: counts[outcome] for outcome in OUTCOMES},
        score=mean_interval([s.score for s in scored], [s.group for s in scored]),
        measures=dict(_means(scored)),
    )


def _means(scored: Sequence[Scored]) -> list[tuple[str, float]]:
    names = list(dict.fromkeys(name for s in scored for name in s.measures))
    means = []
    for name in names:
        values = [s.measures[name] for s in scored if name in s.measures]
        means.append((name, median(values) if name == "seconds" else sum(values) / len(values)))
    return means


def is_cost(measure: str) -> bool:
    """Whether a measure is a cost, not a share of 0 to 1."""
    return measure in _COSTS


def _share(
    scored: Sequence[Scored], among: Callable[[Scored], bool], counted: Callable[[Scored], bool]
) -> float | None:
    chosen = [s for s in scored if among(s)]
    return sum(map(counted, chosen)) / len(chosen) if chosen else None


def _boxes(run: EvalRun) -> dict[str, float | None]:
    """Average precision of what the detector found, where tasks say what there is to find."""
    pictures = [
        ([d for item in run.answers[task.id].evidence for d in item.detections], task.truth.boxes)
        for task in run.tasks
        if task.id in run.answers
        and task.truth.boxes
        and frozenset({"detect_objects"}) in task.truth.tools
    ]
    if not pictures:
        return {}
    return {
        "AP of boxes at IoU .5": average_precision(pictures),
        "mAP of boxes at IoU .5 to .95": mean_average_precision(pictures),
    }
