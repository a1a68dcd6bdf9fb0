"""What the loop does to a model that sees."""

from __future__ import annotations

from typing import Annotated

import typer

from ...errors import Cancelled
from ..interrupts import HOW_TO_RESUME
from ..options import Json, Pack
from ..progress import batch_progress
from ..settings import load_settings
from ..terminal import console, print_json
from .options import Limit, Out, Seed, SeerName
from .plans import plan_of


def seer(
    suite: Annotated[str, typer.Argument(help="a name from `eval suites`, or a folder")] = "seer",
    who: SeerName = "perfect",
    nonsense_tools: Annotated[
        bool, typer.Option("--nonsense-tools", help="tools find nothing and misread digits")
    ] = False,
    black_crops: Annotated[
        bool, typer.Option("--black-crops", help="cut-out parts of pictures are black")
    ] = False,
    output: Out = None,
    limit: Limit = None,
    seed: Seed = None,
    as_json: Json = False,
    pack: Pack = None,
) -> None:
    """What the loop does to a model that sees: a scripted one that knows every answer.

    Harm: right drafts that are lost or changed. Help: wrong drafts that a second look puts right.
    """
    from ...evals.seer.character import seer_named
    from ...evals.seer.trial import Setup, as_data, trial
    from ..show.seer import show_measures

    setup = Setup(seer_named(who or "perfect"), nonsense=nonsense_tools, black_crops=black_crops)
    settings = load_settings(pack=pack)
    suffix = f"-{who}{'-nonsense' * nonsense_tools}{'-black' * black_crops}"
    plan = plan_of(suite, output, limit, seed, 1, settings, suffix)
    found, complete = trial(plan, settings, setup, batch_progress)
    if as_json:
        print_json(as_data(found, setup))
    else:
        show_measures(found, plan.out, console())
    if not complete:
        raise Cancelled(HOW_TO_RESUME)
