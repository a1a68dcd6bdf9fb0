"""What a command of evaluation asks: the tasks made ready, and the folder of the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...evals.runner import Plan
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
) -> Plan:
    """The tasks made ready, in the folder that was given or one named after what is run."""
    from ...evals.runner import Plan
    from ...evals.sources import open_source
    from ...evals.suites import SEED
    from ...weights.resolve import resolve_pack

    parts = [Path(suite).stem.replace(":", "-"), resolve_pack(settings)]
    parts += [f"seed{seed}"] if seed is not None else []
    parts += [f"limit{limit}"] if limit is not None else []
    folder = output or RUNS / ("-".join(parts) + suffix)
    source = open_source(suite, folder, seed, limit)
    return Plan(
        suite=source.name,
        folder=source.folder,
        out=folder,
        tools=source.tools,
        seed=SEED if seed is None else seed,
        limit=limit,
        workers=workers,
    )


def peer_plans(
    suites: list[str], output: Path | None, limit: int, seed: int | None, settings: Settings
) -> list[Plan]:
    """One plan a suite, each in a folder of its own inside the contest's."""
    from ...evals.task import TASKS
    from ...weights.resolve import resolve_pack

    parts = ["peers", resolve_pack(settings), *([f"seed{seed}"] if seed is not None else [])]
    folder = output or RUNS / "-".join([*parts, f"limit{limit}"])
    plans = []
    for suite in suites:
        whole = (Path(suite) / TASKS).is_file()  # a folder of the user's is asked whole
        within = folder / Path(suite).stem.replace(":", "-")
        plans.append(plan_of(suite, within, None if whole else limit, seed, 1, settings, ""))
    return plans
