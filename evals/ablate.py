"""What each stage of the loop is worth: the same tasks with the stage on and off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..agent.assistant import Assistant
from ..agent.backends import open_model
from ..errors import UsageError
from ..media import Store
from ..settings import Settings
from .compare import FIGURES, Difference, check_alike, difference
from .runner import Follow, Open, Plan, Run, open_run, run

if TYPE_CHECKING:
    from ..tools.base import Tool

BASE = "as-set"


@dataclass(frozen=True)
class Effect:
    """A stage.

    Attributes:
        default: whether the settings have it on.
        differences: "first" is off, "second" is on, so that a gain of the stage is positive.
    """

    stage: str
    default: bool
    differences: tuple[Difference, ...]


def stages_of(settings: Settings) -> dict[str, bool]:
    """Every stage that can be switched, and how it is set."""
    return {
        name: value
        for name in type(settings.stages).model_fields
        if isinstance(value := getattr(settings.stages, name), bool)
    }


def chosen_stages(settings: Settings, names: Sequence[str]) -> list[str]:
    """The stages of these names; all where none is given.

    Raises:
        UsageError: there is no such stage.
    """
    known = stages_of(settings)
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"--stage: {', '.join(unknown)} is none of {', '.join(known)}")
    return list(names) or list(known)


def switched(settings: Settings, stage: str) -> Settings:
    """The settings with one stage the other way."""
    now = getattr(settings.stages, stage)
    return settings.model_copy(
        update={"stages": settings.stages.model_copy(update={stage: not now})}
    )


def ablate(
    plan: Plan,
    settings: Settings,
    stages: Sequence[str],
    open_assistant: Open,
    follow: Follow | None = None,
) -> Iterator[Effect]:
    """Run the tasks as they are set and once for each stage with that stage the other way.

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

    def one(name: str, with_settings: Settings) -> Run | None:
        out = plan.out / name
        summary = run(replace(plan, out=out), with_settings, open_assistant, follow)
        return None if summary.left else open_run(out)

    base = one(BASE, settings)
    for stage in stages:
        other = one(stage, switched(settings, stage)) if base is not None else None
        if base is None or other is None:
            return
        yield effect(stage, stages_of(settings)[stage], base, other)


def effect(stage: str, default: bool, base: Run, other: Run) -> Effect:
    """The stage's effect from the run as set and the one with the stage switched."""
    check_alike(base, other)
    off, on = (other, base) if default else (base, other)
    pairs = list(zip(off.scored, on.scored, strict=True))
    return Effect(stage, default, tuple(difference(name, pairs) for name in FIGURES))


class SharedModel:
    """Assistants of several settings on one chat model, loaded once; a context manager."""

    def __init__(self, settings: Settings) -> None:
        store = Store(settings.store_dir, settings.media)
        self._model = open_model(settings, store)

    def __enter__(self) -> SharedModel:
        return self

    def __exit__(self, *failure: object) -> None:
        self._model.close()

    def open(self, settings: Settings, tools: Sequence[Tool]) -> Assistant:
        """An assistant with these settings; closing it leaves the model open."""
        return Assistant(settings, model=self._model, tools=tools)
