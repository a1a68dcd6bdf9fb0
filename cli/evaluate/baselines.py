"""Other agents on the same tasks."""

from __future__ import annotations

from typing import Annotated

import typer

from ...errors import Cancelled
from ..interrupts import HOW_TO_RESUME
from ..options import Json, Model, Pack
from ..progress import batch_progress
from ..settings import load_settings
from ..terminal import console, print_json
from .options import Out, Seed
from .plans import baseline_plans


def baselines(
    suite: Annotated[
        list[str] | None,
        typer.Option(help="repeatable; receipts, signs, scenes and charts if left out"),
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            "--baseline", "--peer", help="only this one; repeatable: smolagents, langchain"
        ),
    ] = None,
    output: Out = None,
    limit: Annotated[int, typer.Option(min=1, help="at most so many tasks of each suite")] = 6,
    seed: Seed = None,
    as_json: Json = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Ask other agents the same questions, with the same model server and the same two experts."""
    from ...evals.baselines import contest
    from ..show.baselines import as_data, show_figures

    settings = load_settings(pack=pack, model=model)
    names = [contest.OURS, *dict.fromkeys(baseline or contest.BASELINES)]
    contest.check_installed(names)
    plans = baseline_plans(
        list(dict.fromkeys(suite or contest.SUITES)), output, limit, seed, settings
    )
    left_out = sum(map(contest.keep_picture_questions, plans))
    if left_out:
        console(stderr=True).print(f"{left_out} tasks need documents or a conversation: left out")
    runs = {}
    with contest.open_setup(settings) as setup:
        for name, made in contest.contest(plans, settings, names, setup, batch_progress):
            runs[name] = made
    if len(runs) < len(names):
        raise Cancelled(HOW_TO_RESUME)
    found = [contest.figures(name, runs[name], runs[contest.OURS]) for name in names]
    data = as_data(found, [plan.suite for plan in plans], runs[contest.OURS][0].manifest.model)
    path = contest.write_data(data, plans)
    if as_json:
        print_json(data)
    else:
        show_figures(found, path, console())
