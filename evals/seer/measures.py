"""Harm, help and cost: what the loop made of the drafts of a seer."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Literal

from ...schema import Answer
from ..metrics.text import contains
from ..task import Task
from . import answers

Fate = Literal["kept", "lost", "mended", "wrong", "declined", "answered"]
"""A right draft is kept or lost, a wrong one mended or not; what has no answer is declined or not."""
_LOOK_BACK = ("verify", "check", "draft", "sift", "gate", "plan", "finish")


@dataclass(frozen=True)
class SeerCase:
    """What came of one task.

    Attributes:
        draft: what the seer drafts by itself.
        reason: why the loop ended as it did, with names and numbers left out.
        read: whether a tool read the right answer.
    """

    id: str
    form: str
    about: str
    fate: Fate
    draft: str
    answer: str
    status: str
    reason: str
    read: bool
    passes: int | None
    calls: int
    prompt_tokens: int
    seconds: float


@dataclass(frozen=True)
class Row:
    """The figures of some cases.

    Attributes:
        right, lost: drafts that were right, and those of them that no longer are.
        wrong, mended: drafts that were wrong, and those of them that no longer are.
        wrong_read, mended_read: the same where a tool read what is right.
        unanswerable, declined: questions without an answer, and those declined.
    """

    name: str
    count: int
    right: int
    lost: int
    wrong: int
    mended: int
    wrong_read: int
    mended_read: int
    unanswerable: int
    declined: int
    passes: float
    passes_median: float
    calls: float
    prompt_tokens: float

    @property
    def survival(self) -> float | None:
        """Share of the right drafts that are still right."""
        return 1 - self.lost / self.right if self.right else None

    @property
    def help(self) -> float | None:
        """Share of the wrong drafts that are right in the end."""
        return self.mended / self.wrong if self.wrong else None


@dataclass(frozen=True)
class Measures:
    """All figures of a trial.

    Attributes:
        rows: the whole first, then by form, then by sort of picture.
        reasons: why right drafts were lost, most frequent first, each with its share by form.
    """

    rows: tuple[Row, ...]
    reasons: tuple[tuple[str, int, tuple[str, ...]], ...]
    cases: tuple[SeerCase, ...]


def case(task: Task, draft: str, answer: Answer, passes: int | None) -> SeerCase:
    """What came of a task."""
    usage = answer.usage
    return SeerCase(
        id=task.id,
        form=task.kind,
        about="dialog" if task.session else task.about or "picture",
        fate=fate(task, draft, answer),
        draft=draft,
        answer=answer.text,
        status=answer.status,
        reason=reason(answer),
        read=was_read(task, answer),
        passes=passes,
        calls=usage.model_calls,
        prompt_tokens=usage.prompt_tokens,
        seconds=usage.total_seconds,
    )


def fate(task: Task, draft: str, answer: Answer) -> Fate:
    """What became of the draft."""
    if not task.truth.answerable:
        return "declined" if answer.status == "declined" else "answered"
    survives = answers.survives(task, answer)
    if answers.is_right(task, draft):
        return "kept" if survives else "lost"
    return "mended" if survives else "wrong"


def was_read(task: Task, answer: Answer) -> bool:
    """Whether the lines that tools read hold the answer, or each of its parts."""
    lines = " ".join(line.text for item in answer.evidence for line in item.lines)
    parts = task.truth.answers[-1].split("<AND>") if task.truth.answers else []
    return bool(parts) and all(contains(lines, [part]) for part in parts)


def reason(answer: Answer) -> str:
    """The reason to stop and what the last step that decided did, without what differs by task."""
    steps = [s for s in answer.steps if s.node in _LOOK_BACK and s.node != "finish"]
    did = next((s for s in reversed(steps) if s.did), None)
    words = f"{did.node}: {plain(did.did)}" if did else answer.text.split(":")[0]
    return f"{answer.stop_reason} | {words}"


def plain(did: str) -> str:
    """A line of the trace without quoted words, numbers and what they are about."""
    did = re.sub(r"“[^”]*”|\"[^\"]*\"", "“…”", did)
    did = re.sub(r"[-+]?\d[\d.,:/]*", "#", did)
    return re.sub(r"(“…”(?:, | and |; )?)+", "“…” ", did).strip()[:110]


def measure(cases: Sequence[SeerCase]) -> Measures:
    """The figures of all cases and of each group of them."""
    lost = [c for c in cases if c.fate == "lost"]
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for c in lost:
        forms[c.reason][c.form] += 1
    reasons = Counter(c.reason for c in lost).most_common()
    rows = [row("all", cases)]
    for key in (_form, _about):
        names = dict.fromkeys(map(key, cases))
        rows += [row(name, [c for c in cases if key(c) == name]) for name in names]
    return Measures(
        rows=tuple(rows),
        reasons=tuple(
            (words, count, tuple(f"{form} {n}" for form, n in forms[words].most_common()))
            for words, count in reasons
        ),
        cases=tuple(cases),
    )


def _form(c: SeerCase) -> str:
    return c.form


def _about(c: SeerCase) -> str:
    return f"of {c.about}"


def row(name: str, cases: Sequence[SeerCase]) -> Row:
    """The figures of some cases."""

    def count(*fates: Fate, where: Callable[[SeerCase], bool] = lambda c: True) -> int:
        return sum(c.fate in fates and where(c) for c in cases)

    passes = [c.passes for c in cases if c.passes is not None]
    return Row(
        name=name,
        count=len(cases),
        right=count("kept", "lost"),
        lost=count("lost"),
        wrong=count("mended", "wrong"),
        mended=count("mended"),
        wrong_read=count("mended", "wrong", where=lambda c: c.read),
        mended_read=count("mended", where=lambda c: c.read),
        unanswerable=count("declined", "answered"),
        declined=count("declined"),
        passes=round(mean(passes), 2) if passes else 0.0,
        passes_median=median(passes) if passes else 0.0,
        calls=round(mean(c.calls for c in cases), 2) if cases else 0.0,
        prompt_tokens=round(mean(c.prompt_tokens for c in cases), 1) if cases else 0.0,
    )


def cases_of(
    tasks: Sequence[Task],
    drafts: Mapping[str, str],
    given: Mapping[str, Answer],
    passes: Mapping[str, int],
) -> list[SeerCase]:
    """What came of every task that was asked."""
    return [
        case(task, drafts[task.id], given[task.id], passes.get(task.id))
        for task in tasks
        if task.id in given
    ]
