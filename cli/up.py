"""`looktwice up` and `looktwice down`: one process that holds the models for all commands."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import LooktwiceError, UsageError
from .options import Model, Pack
from .settings import load_settings

if TYPE_CHECKING:
    from ..settings import Settings
    from ..ui.service.client import Service

_POLL_SECONDS = 0.1
_DOWN_SECONDS = 30.0
_LAST_WORDS = 400


def up(
    foreground: Annotated[
        bool, typer.Option("--foreground", help="stay here, as a service manager wants it")
    ] = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Load the models once and keep them: ask, chat, extract and index search answer at once then.

    Only you can ask it: by a socket in your data folder.
    """
    from ..agent.loading_times import loading_words
    from ..ui.service.client import Service, Unusable, find_service, running_service

    settings = load_settings(pack=pack, model=model)
    if foreground:
        from ..extensions.extras import require

        require("serve")
        from ..ui.service.launch import serve_locally

        serve_locally(settings)
        return
    found = find_service(settings)
    if isinstance(found, Service):
        typer.echo(f"The warm program runs already (process {found.process}).")
        return
    if isinstance(found, Unusable) and running_service(settings) is not None:
        raise UsageError(f"a warm program runs, but {found.reason}; looktwice down ends it")
    typer.echo(loading_words(settings))
    began = time.monotonic()
    service = start(settings, pack, model)
    typer.echo(
        f"The warm program runs (process {service.process}, loaded in"
        f" {time.monotonic() - began:.1f} s); looktwice down ends it."
    )


def down() -> None:
    """End the warm program; what is being answered may be finished."""
    from ..ui.service.client import running_service
    from ..ui.service.place import socket_path

    settings = load_settings()
    path, service = socket_path(settings), running_service(settings)
    if path is None or service is None:
        typer.echo("No warm program runs.")
        return
    service.stop()
    end = time.monotonic() + _DOWN_SECONDS
    while path.exists():
        if time.monotonic() > end:
            raise LooktwiceError(f"the warm program (process {service.process}) does not end")
        time.sleep(_POLL_SECONDS)
    typer.echo("The warm program has ended.")


def start(settings: Settings, pack: str | None, model: str | None) -> Service:
    """Start it in the background and wait until its models are loaded.

    Raises:
        UsageError: it ended instead; says with which words.
    """
    from ..extensions.extras import require
    from ..media.private import make_private, private_file
    from ..ui.service.client import Service, find_service
    from ..ui.service.place import service_folder

    require("serve")
    folder = service_folder(settings)
    make_private(folder)
    log = folder / "log"
    private_file(log)
    options = [*(["--pack", pack] if pack else []), *(["--model", model] if model else [])]
    with log.open("w") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", __package__.partition(".")[0], "up", "--foreground", *options],
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            start_new_session=True,
        )
    while not isinstance(found := find_service(settings), Service):
        if child.poll() is not None:
            raise UsageError(f"the warm program did not start: {_last_words(log)}")
        time.sleep(_POLL_SECONDS)
    return found


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][-_LAST_WORDS:].removeprefix("looktwice: ") if lines else f"see {log}"
