"""What a command of evaluation asks: the tasks made ready, and the folder of the run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...agent.backends.base import ChatModel
    from ...evals.runner import RunPlan
    from ...settings import Settings

RUNS = Path("runs/eval")


def plan_of(
    suite: str,
    output: Path | None,
    limit: int | None,
    seed: int | None,
    workers: int,
    settings: Settings,
    suffix: str,
) -> RunPlan:
    """The tasks made ready, in the folder that was given or one named after what is run."""
    from ...evals.calibrating import CALIBRATES
    from ...evals.runner import RunPlan
    from ...evals.sources import open_source
    from ...evals.suites import SEED
    from ...weights.resolve import resolve_pack

    parts = [Path(suite).stem.replace(":", "-"), resolve_pack(settings)]
    parts += [_slug(settings.model)] if settings.model and suite == CALIBRATES else []
    parts += [f"seed{seed}"] if seed is not None else []
    parts += [f"limit{limit}"] if limit is not None else []
    folder = output or RUNS / ("-".join(parts) + suffix)
    source = open_source(suite, folder, seed, limit)
    return RunPlan(
        suite=source.name,
        folder=source.folder,
        out=folder,
        tools=source.tools,
        seed=SEED if seed is None else seed,
        limit=limit,
        workers=workers,
    )


def in_other_words(plan: RunPlan, settings: Settings, count: int) -> RunPlan:
    """The same tasks, each also in so many other words, which the model in use finds."""
    from dataclasses import replace

    from ...agent.backends import open_model
    from ...evals.paraphrasing import paraphrased
    from ...media.store import Store

    def opened() -> ChatModel:
        return open_model(settings, Store(settings.store_dir))

    return replace(plan, folder=paraphrased(plan.folder, plan.out / "worded", opened, count))


def _slug(model: str) -> str:
    """A model's name in that of a folder, so that several models can be compared."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", model.removesuffix(".gguf")).strip("-.")[-60:]


def baseline_plans(
    suites: list[str], output: Path | None, limit: int, seed: int | None, settings: Settings
) -> list[RunPlan]:
    """One plan a suite, each in a folder of its own inside the contest's."""
    from ...evals.task import TASKS
    from ...weights.resolve import resolve_pack

    parts = [resolve_pack(settings), *([f"seed{seed}"] if seed is not None else [])]
    folder = output or contest_folder("-".join([*parts, f"limit{limit}"]))
    plans = []
    for suite in suites:
        whole = (Path(suite) / TASKS).is_file()  # a folder of the user's is asked whole
        within = folder / Path(suite).stem.replace(":", "-")
        plans.append(plan_of(suite, within, None if whole else limit, seed, 1, settings, ""))
    return plans


def contest_folder(name: str) -> Path:
    """Where a contest is kept; one that version 0.1 began goes on where it is."""
    before = RUNS / f"peers-{name}"
    return before if before.is_dir() else RUNS / f"baselines-{name}"
