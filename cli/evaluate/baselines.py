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
from .plans import peer_plans


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
    from ...evals.baselines import contest as held
    from ..show.baselines import as_data, show_figures

    settings = load_settings(pack=pack, model=model)
    names = [held.OURS, *dict.fromkeys(peer or held.PEERS)]
    held.check_installed(names)
    plans = peer_plans(list(dict.fromkeys(suite or held.SUITES)), output, limit, seed, settings)
    left_out = sum(map(held.fitting, plans))
    if left_out:
        console(stderr=True).print(f"{left_out} tasks need documents or a conversation: left out")
    runs = {}
    with held.laid(settings) as table:
        for name, made in held.contest(plans, settings, names, table, batch_progress):
            runs[name] = made
    if len(runs) < len(names):
        raise Cancelled(HOW_TO_RESUME)
    found = [held.figures(name, runs[name], runs[held.OURS]) for name in names]
    data = as_data(found, [plan.suite for plan in plans], runs[held.OURS][0].manifest.model)
    path = held.write_data(data, plans)
    if as_json:
        print_json(data)
    else:
        show_figures(found, path, console())
