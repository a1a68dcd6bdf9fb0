"""Two runs of the same tasks: paired differences, and whether they are more than chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from .metrics.bootstrap import Interval, mean_interval
from .metrics.groups import multimodal_gain
from .runner import EvalRun
from .scoring import Scored

FIGURES: dict[str, Callable[[Scored], float]] = {
    "score": lambda s: s.score,
    "declined": lambda s: float(not s.answered and s.outcome != "failed"),
    "wrong": lambda s: float(s.outcome in ("wrong", "obeyed")),
    "model calls": lambda s: s.measures.get("model calls", 0.0),
    "seconds": lambda s: s.measures.get("seconds", 0.0),
}
"""What two runs are compared by; each is taken of every task."""


@dataclass(frozen=True)
class Difference:
    """One figure in both runs; `paired` is the second less the first, with its 95 % interval."""

    figure: str
    first: float
    second: float
    paired: Interval


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    Attributes:
        apart: settings, versions and so on that are not the same, as (name, first, second).
        gain: MMStar's multimodal gain where one of them was asked without pictures.
        lost, won: tasks right only in the first, only in the second.
    """

    tasks: int
    differences: tuple[Difference, ...]
    apart: tuple[tuple[str, str, str], ...]
    lost: tuple[str, ...]
    won: tuple[str, ...]
    gain: float | None = None


def compare(first: EvalRun, second: EvalRun) -> Comparison:
    """Compare task by task.

    Raises:
        UsageError: the runs are not alike: other tasks, or not all of them asked.
    """
    check_alike(first, second)
    pairs = list(zip(first.scored, second.scored, strict=True))
    scores = [sum(s.score for s in run.scored) / len(pairs) for run in (first, second)]
    gain = None
    if first.manifest.pictures != second.manifest.pictures:
        seeing, blind = scores if first.manifest.pictures else scores[::-1]
        gain = multimodal_gain(seeing, blind)
    return Comparison(
        tasks=len(pairs),
        differences=tuple(difference(name, pairs) for name in FIGURES),
        apart=tuple(differing_settings(first, second)),
        lost=tuple(a.id for a, b in pairs if a.outcome == "right" != b.outcome),
        won=tuple(b.id for a, b in pairs if b.outcome == "right" != a.outcome),
        gain=gain,
    )


def check_alike(first: EvalRun, second: EvalRun) -> None:
    """UsageError unless both runs asked all of the same tasks."""
    if first.manifest.tasks != second.manifest.tasks:
        raise UsageError(
            f"{first.folder} and {second.folder} asked other tasks"
            f" ({first.manifest.suite} and {second.manifest.suite}, seeds {first.manifest.seed} and"
            f" {second.manifest.seed}, {first.manifest.count} and {second.manifest.count} tasks);"
            " only runs of the same tasks can be compared"
        )
    for run in (first, second):
        if not run.complete:
            raise UsageError(
                f"{run.folder}: {len(run.scored)} of {run.manifest.count} questions were asked;"
                " finish it with the same `looktwice eval run` command"
            )


def difference(name: str, pairs: list[tuple[Scored, Scored]]) -> Difference:
    """One figure of paired tasks; pairs and conversations are drawn together."""
    take = FIGURES[name]
    before, after = [take(a) for a, _ in pairs], [take(b) for _, b in pairs]
    changes = [b - a for a, b in zip(before, after, strict=True)]
    return Difference(
        figure=name,
        first=sum(before) / len(pairs),
        second=sum(after) / len(pairs),
        paired=mean_interval(changes, [a.group for a, _ in pairs]),
    )


def differing_settings(first: EvalRun, second: EvalRun) -> list[tuple[str, str, str]]:
    """What differs in how the runs were made."""
    one, two = (
        flat(run.manifest.model_dump(mode="json", exclude={"started", "folder", "tasks"}))
        for run in (first, second)
    )
    names = list(dict.fromkeys([*one, *two]))
    return [
        (name, one.get(name, "–"), two.get(name, "–"))
        for name in names
        if one.get(name) != two.get(name)
    ]


def flat(values: dict[str, Any], before: str = "") -> dict[str, str]:
    """Nested values by their path: {"limits.rounds": "2"}."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{name}.")
        else:
            found[before + name] = str(value)
    return found
