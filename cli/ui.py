"""`looktwice ui`: the chat page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .options import Model, Pack, Port
from .settings import load_settings

Auth = Annotated[
    Path | None, typer.Option(metavar="FILE", help="ask for a name and a password of this file")
]


def ui(
    host: Annotated[str, typer.Option(help="address to listen at")] = "127.0.0.1",
    port: Port = 7860,
    index: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="documents of all users; by default each has their own"
        ),
    ] = None,
    records: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="a .jsonl of looktwice extract, to be reviewed on the page; may be given again",
        ),
    ] = None,
    auth: Auth = None,
    add_user: Annotated[
        str | None, typer.Option(metavar="NAME", help="write a user into the file of --auth, leave")
    ] = None,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Open the chat page: drop pictures and documents, ask, see where each answer stands."""
    if add_user is not None:
        add_login(auth, add_user)
        return
    settings = load_settings(pack=pack, model=model)  # before gradio is imported
    from ..agent.backends.vllm import for_many_users
    from ..ui.web.launch import run

    run(for_many_users(settings), host, port, index=index, auth=auth, records=records or ())


def add_login(auth: Path | None, name: str) -> None:
    """Ask for a password and write it, hashed, into the file.

    Raises:
        UsageError: there is no file, or name or password cannot be used.
    """
    from ..ui.web.passwords import add_user

    if auth is None:
        raise UsageError("--add-user needs the file to write to: add --auth FILE")
    password = typer.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True)
    add_user(auth, name, password)
    typer.echo(f"{name} can log in: looktwice ui --auth {auth}")
