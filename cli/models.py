"""`looktwice models`: the weights."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import Json
from .settings import load_settings
from .terminal import console

models_app = typer.Typer(
    help="The weights: list, choose, pull, verify; servers: discover.", no_args_is_help=True
)

PackName = Annotated[str, typer.Argument(help="starter, laptop or gpu; by default your pack")]


@models_app.command("list")
def list_weights(as_json: Json = False) -> None:
    """Every weight: its size, licence, pack and state."""
    from ..weights import state
    from .show.weights import show_weights

    show_weights(state.states(load_settings()), console(), as_json)


@models_app.command()
def pull(pack: PackName = "") -> None:
    """Fetch a pack's weights and check each file."""
    from ..extensions.extras import require
    from ..weights import obtain, resolve
    from ..weights.convert import prepare
    from .show.bars import DownloadBars

    settings = load_settings(pack=pack or None)
    require("embedders")  # weights of experts are made ready by what runs them
    with DownloadBars(console(stderr=True)) as bars:
        obtain.pull(resolve.resolve_pack(settings), settings, bars.update)
    prepare.prepare(settings)
    console().print(f"The {resolve.resolve_pack(settings)} pack is ready.")


@models_app.command()
def choose(
    take: Annotated[
        bool, typer.Option("--take", help="fetch the pack of the one to take, and check each file")
    ] = False,
    as_json: Json = False,
) -> None:
    """Chat models that see: what each costs, which fit this machine, and which to take."""
    from ..weights.choices import chat_options, explanation
    from .show.choices import show_choices

    settings = load_settings()
    options = chat_options(settings)
    show_choices(options, explanation(options, settings), console(), as_json)
    taken = next((option for option in options if option.recommended), None)
    if take and taken is not None:
        pull(taken.pack)


@models_app.command()
def verify(pack: PackName = "", as_json: Json = False) -> None:
    """Hash every file of a pack again."""
    from ..weights import resolve, state
    from .show.weights import show_weights

    settings = load_settings(pack=pack or None)
    states = state.verify(settings, resolve.resolve_pack(settings))
    show_weights(states, console(), as_json)
    raise typer.Exit(0 if all(s.status == "verified" for s in states) else 1)


@models_app.command()
def discover(as_json: Json = False) -> None:
    """Models of servers that run on this machine: Ollama, LM Studio, llama-server, vLLM, SGLang."""
    from ..agent.backends.discovery import discover
    from .show.servers import show_servers

    show_servers(discover(), console(), as_json)
