"""What each stage of the loop, and each check of drafts, is worth: the same tasks with it on and off."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from ..agent.assistant import Assistant
from ..agent.backends import open_model
from ..agent.verification.registry import all_checks
from ..errors import UsageError
from ..media.store import Store
from ..settings import Checks, Settings
from .compare import FIGURES, Difference, check_alike, difference
from .runner import EvalRun, Follow, OpenAssistant, RunPlan, open_run, run
from .scoring import score

if TYPE_CHECKING:
    from ..agent.backends.base import ChatModel
    from ..tools.base import Tool

BASE = "as-set"
CHECK = "check:"
"""What the name of a check begins with among the stages."""


@dataclass(frozen=True)
class Effect:
    """A stage.

    Attributes:
        default: whether the settings have it on; None where they let the pack decide.
        differences: "first" is off, "second" is on, so that a gain of the stage is positive.
    """

    stage: str
    default: bool | None
    differences: tuple[Difference, ...]


def stages_of(settings: Settings) -> dict[str, bool | None]:
    """Every stage and check that can be switched, and how it is set; None lets the pack decide."""
    stages = {
        name: value
        for name in type(settings.stages).model_fields
        if isinstance(value := getattr(settings.stages, name), bool | None)
    }
    off = settings.checks.disabled
    return stages | {CHECK + check.name: check.name not in off for check in all_checks()}


def chosen_stages(settings: Settings, names: Sequence[str]) -> list[str]:
    """The stages of these names; all where none is given.

    Raises:
        UsageError: there is no such stage.
    """
    known = stages_of(settings)
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"--stage: {', '.join(unknown)} is none of {', '.join(known)}")
    return list(names) or list(known)


def switched(settings: Settings, stage: str, on: bool) -> Settings:
    """The settings with one stage, or one check, on or off."""
    if stage.startswith(CHECK):
        name = stage.removeprefix(CHECK)
        others = tuple(other for other in settings.checks.disabled if other != name)
        disabled = others if on else (*others, name)
        return settings.model_copy(update={"checks": Checks(disabled=disabled)})
    return settings.model_copy(update={"stages": settings.stages.model_copy(update={stage: on})})


def ablate(
    plan: RunPlan,
    settings: Settings,
    stages: Sequence[str],
    open_assistant: OpenAssistant,
    follow: Follow | None = None,
) -> Iterator[Effect]:
    """Run the tasks as they are set and for each stage with that stage the other way.

    A stage that is left to the pack is run both ways. Without a check only those tasks are asked again
    in which it found something: to the others it makes no difference.

    Args:
        plan: of the suite; each variant gets a folder of its own in `plan.out`, and a stopped
            ablation goes on where it was.
        settings: the base.
        stages: names of those to switch.
        open_assistant: makes the assistant of a variant.
        follow: of each run.

    Yields:
        The effect of each stage as soon as it is known; stops early when a batch was stopped.
    """

    def ask(name: str, own: Settings, only: frozenset[str] | None = None) -> EvalRun | None:
        out = plan.out / name
        summary = run(replace(plan, out=out, only=only), own, open_assistant, follow)
        gc.collect()  # its experts hold half a gigabyte, and parts of them refer to each other
        return None if summary.left else open_run(out)

    for stage in stages:
        runs = both_ways(stage, settings, ask)
        if runs is None:
            return
        yield effect(stage, stages_of(settings)[stage], *runs)


class RunVariant(Protocol):
    """Runs a variant of these settings; None where it was stopped."""

    def __call__(
        self, name: str, own: Settings, only: frozenset[str] | None = None
    ) -> EvalRun | None: ...


def both_ways(stage: str, settings: Settings, ask: RunVariant) -> tuple[EvalRun, EvalRun] | None:
    """The run without a stage and the one with it; None where the asking was stopped."""
    now = stages_of(settings)[stage]
    runs: dict[bool, EvalRun] = {}
    if now is not None:
        if (base := ask(BASE, settings)) is None:
            return None
        runs[now] = base
    if now and stage.startswith(CHECK):
        return without_check(stage, settings, runs[True], ask)
    for on in {False, True} - runs.keys():
        variant = f"{stage.replace(':', '-')}-{'on' if on else 'off'}"
        if (made := ask(variant, switched(settings, stage, on))) is None:
            return None
        runs[on] = made
    return runs[False], runs[True]


def without_check(
    stage: str, settings: Settings, base: EvalRun, ask: RunVariant
) -> tuple[EvalRun, EvalRun] | None:
    """The run without a check: only where it found something is the question asked again."""
    only = touched(base, stage.removeprefix(CHECK))
    if not only:
        return base, base
    made = ask(f"{stage.replace(':', '-')}-off", switched(settings, stage, on=False), only)
    return None if made is None else (completed(made, base), base)


def touched(base: EvalRun, check: str) -> frozenset[str]:
    """Tasks in which a check found something, with the other turns of their conversations."""
    found = {task.id for task in base.tasks if check in base.answers[task.id].findings}
    talks = {task.session for task in base.tasks if task.session and task.id in found}
    return frozenset(found | {task.id for task in base.tasks if task.session in talks})


def completed(some: EvalRun, base: EvalRun) -> EvalRun:
    """A run of some tasks with the answers of another to those that it did not ask."""
    answers = base.answers | some.answers
    scored = tuple(score(task, answers[task.id]) for task in base.tasks)
    return replace(some, answers=answers, scored=scored)


def effect(stage: str, default: bool | None, off: EvalRun, on: EvalRun) -> Effect:
    """The stage's effect from the runs without it and with it."""
    check_alike(off, on)
    pairs = list(zip(off.scored, on.scored, strict=True))
    return Effect(stage, default, tuple(difference(name, pairs) for name in FIGURES))


class SharedModel:
    """Assistants of several settings on one chat model, loaded once; a context manager.

    Args:
        settings: name the model.
        model: another one instead, such as a seer.
    """

    def __init__(self, settings: Settings, model: ChatModel | None = None) -> None:
        self._model = model or open_model(settings, Store(settings.store_dir, settings.media))

    def __enter__(self) -> SharedModel:
        return self

    def __exit__(self, *failure: object) -> None:
        self._model.close()

    def open(self, settings: Settings, tools: Sequence[Tool]) -> Assistant:
        """An assistant with these settings; closing it leaves the model open."""
        return Assistant(settings, model=self._model, tools=tools)
