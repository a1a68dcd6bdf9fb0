"""How figures look in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from ...evals.ablate import Effect
from ...evals.calibrating import CALIBRATES
from ...evals.compare import Comparison, Difference
from ...evals.report import percent
from ...evals.runner import EvalRun
from ...evals.scoring import OUTCOMES, Scored
from ...evals.summary import RunSummary, SummaryRow
from .text import literal

_LISTED = 8
_SET = {True: "on", False: "off", None: "by pack"}
_USUAL = ("right", "wrong", "declined")
"""Outcomes that have a column in any case."""
_FEW = 5
_SHARES = ("score", "declined", "wrong")


def show_suites(found: Sequence[tuple[str, str]], console: Console) -> None:
    """Names and what they ask."""
    table = Table("name", "about", box=None)
    for name, about in found:
        table.add_row(literal(name), literal(about))
    console.print(table)


def show_evaluation(run: EvalRun, summary: RunSummary, page: Path, console: Console) -> None:
    """A table by kind, what it comes to in words, further figures, and where the report is."""
    seen = [o for o in OUTCOMES if o in _USUAL or any(r.outcomes[o] for r in summary.rows)]
    table = Table("kind", "questions", "score", "95 %", *seen, "calls", "seconds", box=None)
    for row in summary.rows:
        table.add_row(
            literal(row.kind),
            str(row.count),
            percent(row.score.mean),
            _interval(row),
            *(str(row.outcomes[outcome] or "") for outcome in seen),
            f"{row.measures.get('model calls', 0):.1f}",
            f"{row.measures.get('seconds', 0):.1f}",
        )
    console.print(literal(title(run)))
    console.print(table)
    if run.scored:
        console.print(literal(in_words(run.scored)))
    if run.manifest.suite != CALIBRATES:  # whoever compares models is told in words
        console.print(literal(" · ".join(_whole(summary)), "dim"))
    if not run.complete:
        console.print(literal(f"{len(run.scored)} of {run.manifest.count} questions were asked"))
    console.print(literal(f"report: {page}"))


def title(run: EvalRun) -> str:
    """Which suite, and which model answered."""
    model = next((answer.model for answer in run.answers.values() if answer.model), "")
    return f"{run.manifest.suite}, {model or 'no model'}, pack {run.manifest.pack}"


def _interval(row: SummaryRow) -> str:
    """Of a score; nothing where so few questions would make it look surer than it is."""
    if row.count < _FEW:
        return ""
    return f"{percent(row.score.low)} to {percent(row.score.high)}"


def in_words(scored: Sequence[Scored]) -> str:
    """What a run comes to, for people who compare models."""
    there = [s.outcome for s in scored if s.answerable]
    gone = [s.outcome for s in scored if not s.answerable]
    parts = []
    if there:
        parts.append(
            f"{there.count('right')} of {len(there)} answered right, {there.count('wrong')} wrong, "
            f"{there.count('declined')} declined"
        )
    if gone:
        parts.append(f"{gone.count('right')} of {len(gone)} that have no answer declined")
    if seconds := [s.measures["seconds"] for s in scored if "seconds" in s.measures]:
        parts.append(f"half of them within {median(seconds):.1f} s")
    return "; ".join(parts)


def show_note(note: str, console: Console) -> None:
    """A line below; nothing where there is nothing to say."""
    if note:
        console.print(literal(note))


def _whole(summary: RunSummary) -> list[str]:
    """Figures of a run as such."""
    said = [f"{name} {value:.3f}" for name, value in summary.whole.items()]
    if summary.rightly_declined is not None:
        said.append(f"unanswerable declined {percent(summary.rightly_declined)}")
    if summary.wrongly_declined is not None:
        said.append(f"answerable declined {percent(summary.wrongly_declined)}")
    if summary.rows:
        shares = {
            name: value
            for name, value in summary.rows[0].measures.items()
            if name in ("routing", "diverted", "citation precision", "citation recall", "recall@5")
        }
        said += [f"{name} {percent(value)}" for name, value in shares.items()]
    return said


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Paired differences, what was won and lost, and what else differs."""
    table = Table("figure", "first", "second", "difference", "95 %", "", box=None)
    for item in comparison.differences:
        sure = "" if item.paired.certain else "may be chance"
        table.add_row(item.figure, *_both(item), change(item), interval(item), literal(sure, "dim"))
    console.print(table)
    if comparison.gain is not None:
        console.print(f"multimodal gain {comparison.gain:+.3f}")
    for words, ids in (("only the second is right", comparison.won),
                       ("only the first is right", comparison.lost)):  # fmt: skip
        more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
        console.print(literal(f"{words}: {len(ids)}  {', '.join(ids[:_LISTED])}{more}"))
    for name, one, two in comparison.apart:
        console.print(literal(f"differs: {name}: {one} | {two}", "dim"))


def _both(item: Difference) -> tuple[str, str]:
    return shown(item.figure, item.first), shown(item.figure, item.second)


def shown(figure: str, value: float) -> str:
    """A figure in its unit."""
    return percent(value) if figure in _SHARES else f"{value:.2f}"


def change(item: Difference) -> str:
    """The difference, with its sign."""
    return _signed(item.figure, item.paired.mean)


def interval(item: Difference) -> str:
    """Its 95 % interval."""
    return f"{_signed(item.figure, item.paired.low)} to {_signed(item.figure, item.paired.high)}"


def _signed(figure: str, value: float) -> str:
    return f"{100 * value:+.1f} pts" if figure in _SHARES else f"{value:+.2f}"


class EffectTable:
    """The table of an ablation, a stage as soon as it is known; a context manager.

    Args:
        console: where people read.
        quiet: print nothing.
    """

    def __init__(self, console: Console, quiet: bool = False) -> None:
        self._console, self._quiet = console, quiet
        self._effects: list[Effect] = []

    def __enter__(self) -> EffectTable:
        return self

    def __exit__(self, *failure: object) -> None:
        if self._effects and not self._quiet:
            self._console.print(effect_table(self._effects))

    def add(self, effect: Effect) -> None:
        """Say what came of one stage; the whole table follows at the end."""
        self._effects.append(effect)
        if not self._quiet:
            score = effect.differences[0]
            said = f"{effect.stage}: score {change(score)} ({interval(score)}) with it on"
            self._console.print(literal(said))


def effect_table(effects: Sequence[Effect]) -> Table:
    """Every stage: each figure off and on, and what switching it on changes."""
    table = Table("stage", "set", "figure", "off", "on", "change", "95 %", "", box=None)
    for effect in effects:
        for number, item in enumerate(effect.differences):
            first = number == 0
            table.add_row(
                effect.stage if first else "",
                _SET[effect.default] if first else "",
                item.figure,
                *_both(item),
                change(item),
                interval(item),
                literal("" if item.paired.certain else "may be chance", "dim"),
            )
    return table
