"""The command line of evaluation: `looktwice eval suites | run | report | compare | ablate |
peers`.

Exit codes: 0 done, 1 some tasks failed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Cancelled

if TYPE_CHECKING:
    from ..evals.runner import Plan
    from ..settings import Settings

eval_app = typer.Typer(help="How good it is: suites, runs, reports.", no_args_is_help=True)

Suite = Annotated[str, typer.Argument(help="a name from `eval suites`, or a folder of tasks")]
Out = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="of the run; goes on there")
]
Limit = Annotated[int | None, typer.Option(min=1, help="at most so many tasks, drawn evenly")]
Seed = Annotated[int | None, typer.Option(min=0, help="other seeds draw other tasks")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="tasks asked at once")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON value and nothing else")]
Pack = Annotated[str | None, typer.Option(help="auto, starter, gpu or server")]
Model = Annotated[
    str | None, typer.Option(help="chat model: a path, a hub name, or a server's address")
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="folder of a run")]

RUNS = Path("runs/eval")
GO_ON = "stopped; run the same command again to go on"


@eval_app.command()
def suites(as_json: Json = False) -> None:
    """List the suites that ship, and the benchmarks whose files can be read."""
    from ..evals.sources import listed
    from .evaluation_tables import show_suites

    found = listed()
    if as_json:
        print_json([{"name": name, "about": about} for name, about in found])
    else:
        show_suites(found, out())


@eval_app.command()
def run(
    suite: Suite,
    output: Out = None,
    limit: Limit = None,
    seed: Seed = None,
    workers: Workers = 1,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="ask without, to see what they add")
    ] = True,
    as_json: Json = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Ask every task of a suite, score the answers and write a report."""
    from ..evals.report import as_data, write_report
    from ..evals.runner import open_run
    from ..evals.runner import run as run_plan
    from ..evals.summary import summarise
    from .batch import following
    from .evaluation_tables import show_summary

    settings = load(pack, model)
    plan = plan_of(suite, output, limit, seed, workers, settings, "" if pictures else "-blind")
    summary = run_plan(replace(plan, pictures=pictures), settings, follow=following)
    done = open_run(plan.out)
    page, _ = write_report(done)
    if as_json:
        print_json(as_data(done, summarise(done)))
    else:
        show_summary(done, summarise(done), page, out())
    if summary.interrupted:
        raise Cancelled(GO_ON)
    raise typer.Exit(1 if summary.failed else 0)


@eval_app.command()
def report(folder: RunFolder, as_json: Json = False) -> None:
    """Score a run again and write its report."""
    from ..evals.report import as_data, write_report
    from ..evals.runner import open_run
    from ..evals.summary import summarise
    from .evaluation_tables import show_summary

    done = open_run(folder)
    page, _ = write_report(done)
    summary = summarise(done)
    if as_json:
        print_json(as_data(done, summary))
    else:
        show_summary(done, summary, page, out())


@eval_app.command()
def compare(first: RunFolder, second: RunFolder, as_json: Json = False) -> None:
    """What the second run does better or worse, task by task, with 95 % intervals."""
    from ..evals.compare import compare as compare_runs
    from ..evals.runner import open_run
    from .evaluation_tables import show_comparison

    comparison = compare_runs(open_run(first), open_run(second))
    if as_json:
        print_json(asdict(comparison))
    else:
        show_comparison(comparison, out())


@eval_app.command()
def ablate(
    suite: Suite,
    stage: Annotated[list[str] | None, typer.Option(help="only this stage; repeatable")] = None,
    output: Out = None,
    limit: Limit = None,
    seed: Seed = None,
    workers: Workers = 1,
    as_json: Json = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """What each stage of the loop is worth: the same tasks with it on and off."""
    from ..evals.ablate import SharedModel, chosen_stages
    from ..evals.ablate import ablate as ablate_stages
    from .batch import following
    from .evaluation_tables import EffectTable

    settings = load(pack, model)
    stages = chosen_stages(settings, stage or [])
    plan = plan_of(suite, output, limit, seed, workers, settings, "-ablation")
    effects = []
    with SharedModel(settings) as shared, EffectTable(out(), quiet=as_json) as table:
        for effect in ablate_stages(plan, settings, stages, shared.open, following):
            effects.append(effect)
            table.add(effect)
    if as_json:
        print_json([asdict(effect) for effect in effects])
    if len(effects) < len(stages):
        raise Cancelled(GO_ON)


@eval_app.command()
def peers(
    suite: Annotated[
        list[str] | None,
        typer.Option(help="repeatable; receipts, signs, scenes and charts if left out"),
    ] = None,
    peer: Annotated[
        list[str] | None, typer.Option(help="only this one; repeatable: smolagents, langchain")
    ] = None,
    output: Out = None,
    limit: Annotated[int, typer.Option(min=1, help="at most so many tasks of each suite")] = 6,
    seed: Seed = None,
    as_json: Json = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Ask other agents the same questions, with the same model server and the same two experts."""
    from ..evals.baselines import contest as held
    from .baseline_tables import as_data, show_figures
    from .batch import following

    settings = load(pack, model)
    names = [held.OURS, *dict.fromkeys(peer or held.PEERS)]
    held.check_installed(names)
    plans = peer_plans(list(dict.fromkeys(suite or held.SUITES)), output, limit, seed, settings)
    left_out = sum(map(held.fitting, plans))
    if left_out:
        out(stderr=True).print(f"{left_out} tasks need documents or a conversation: left out")
    runs = {}
    with held.laid(settings) as table:
        for name, made in held.contest(plans, settings, names, table, following):
            runs[name] = made
    if len(runs) < len(names):
        raise Cancelled(GO_ON)
    found = [held.figures(name, runs[name], runs[held.OURS]) for name in names]
    data = as_data(found, [plan.suite for plan in plans], runs[held.OURS][0].manifest.model)
    path = held.write_data(data, plans)
    if as_json:
        print_json(data)
    else:
        show_figures(found, path, out())


# --- helpers ------------------------------------------------------------------------------------


def load(pack: str | None, model: str | None) -> Settings:
    from .app import load_settings

    return load_settings(pack=pack, model=model)


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
    from ..evals.runner import Plan
    from ..evals.sources import open_source
    from ..evals.suites import SEED
    from ..weights.resolve import resolve_pack

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
    from ..evals.task import TASKS
    from ..weights.resolve import resolve_pack

    parts = ["peers", resolve_pack(settings), *([f"seed{seed}"] if seed is not None else [])]
    folder = output or RUNS / "-".join([*parts, f"limit{limit}"])
    plans = []
    for suite in suites:
        whole = (Path(suite) / TASKS).is_file()  # a folder of the user's is asked whole
        within = folder / Path(suite).stem.replace(":", "-")
        plans.append(plan_of(suite, within, None if whole else limit, seed, 1, settings, ""))
    return plans


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False))


def out(stderr: bool = False) -> Any:
    from .app import console

    return console(stderr)
