"""Commands of suites and runs: suites, run, report, compare, ablate."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

import typer

from ...errors import Cancelled
from ..interrupts import HOW_TO_RESUME
from ..options import Json, Model, Pack
from ..progress import batch_progress
from ..settings import load_settings
from ..terminal import console, print_json
from .options import Limit, Out, RunFolder, Seed, SeerName, Suite, Workers
from .plans import in_other_words, plan_of


def suites(as_json: Json = False) -> None:
    """List the suites that ship, and the benchmarks whose files can be read."""
    from ...evals.sources import listed
    from ..show.evaluations import show_suites

    found = listed()
    if as_json:
        print_json([{"name": name, "about": about} for name, about in found])
    else:
        show_suites(found, console())


def run(
    suite: Suite,
    output: Out = None,
    limit: Limit = None,
    seed: Seed = None,
    workers: Workers = 1,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="ask without, to see what they add")
    ] = True,
    paraphrase: Annotated[
        int, typer.Option(min=0, max=9, help="ask each question in so many other words, too")
    ] = 0,
    as_json: Json = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Ask every task of a suite, score the answers and write a report."""
    from ...evals.calibrating import keep_fit
    from ...evals.report import as_data, write_report
    from ...evals.runner import open_run
    from ...evals.runner import run as run_plan
    from ...evals.summary import summarise
    from ..show.evaluations import show_evaluation, show_note

    settings = load_settings(pack=pack, model=model)
    suffix = ("" if pictures else "-blind") + (f"-worded{paraphrase}" if paraphrase else "")
    plan = plan_of(suite, output, limit, seed, workers, settings, suffix)
    if paraphrase:
        plan = in_other_words(plan, settings, paraphrase)
    summary = run_plan(replace(plan, pictures=pictures), settings, follow=batch_progress)
    done = open_run(plan.out)
    page, _ = write_report(done)
    figures = summarise(done)
    kept = keep_fit(done, figures, settings)
    if as_json:
        print_json(as_data(done, figures))
    else:
        show_evaluation(done, figures, page, console())
        show_note(kept, console())
    if summary.interrupted:
        raise Cancelled(HOW_TO_RESUME)
    raise typer.Exit(1 if summary.failed else 0)


def report(folder: RunFolder, as_json: Json = False) -> None:
    """Score a run again and write its report."""
    from ...evals.report import as_data, write_report
    from ...evals.runner import open_run
    from ...evals.summary import summarise
    from ..show.evaluations import show_evaluation

    done = open_run(folder)
    page, _ = write_report(done)
    summary = summarise(done)
    if as_json:
        print_json(as_data(done, summary))
    else:
        show_evaluation(done, summary, page, console())


def compare(first: RunFolder, second: RunFolder, as_json: Json = False) -> None:
    """What the second run does better or worse, task by task, with 95 % intervals."""
    from ...evals.compare import compare as compare_runs
    from ...evals.runner import open_run
    from ..show.evaluations import show_comparison

    comparison = compare_runs(open_run(first), open_run(second))
    if as_json:
        print_json(asdict(comparison))
    else:
        show_comparison(comparison, console())


def ablate(
    suite: Suite,
    stage: Annotated[
        list[str] | None, typer.Option(help="only this stage, or check:NAME; repeatable")
    ] = None,
    output: Out = None,
    limit: Limit = None,
    seed: Seed = None,
    workers: Workers = 1,
    as_json: Json = False,
    pack: Pack = None,
    model: Model = None,
    seer: SeerName = None,
) -> None:
    """What each stage of the loop is worth: the same tasks with it on and off."""
    from ...evals.ablate import SharedModel, chosen_stages
    from ...evals.ablate import ablate as ablate_stages
    from ...evals.seer.character import seer_named
    from ...evals.seer.trial import seer_for
    from ..show.evaluations import EffectTable

    settings = load_settings(pack=pack, model=model)
    stages = chosen_stages(settings, stage or [])
    plan = plan_of(suite, output, limit, seed, workers, settings, "-ablation")
    effects = []
    scripted = seer_for(plan, settings, seer_named(seer)) if seer else None
    with SharedModel(settings, scripted) as shared, EffectTable(console(), quiet=as_json) as table:
        for effect in ablate_stages(plan, settings, stages, shared.open, batch_progress):
            effects.append(effect)
            table.add(effect)
    if as_json:
        print_json([asdict(effect) for effect in effects])
    if len(effects) < len(stages):
        raise Cancelled(HOW_TO_RESUME)
