"""`looktwice ui` as a process."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from ...agent.assistant import Assistant
from ...errors import UsageError
from ...settings import Settings
from .documents import pack_opener


def run(
    settings: Settings, host: str, port: int, index: Path | None = None, auth: Path | None = None
) -> None:
    """Load the models, then show the page until Ctrl-C.

    Args:
        settings: of the assistant and of the page.
        host: loopback, or any other together with passwords.
        port: 0 takes a free one.
        index: documents of all users; made if there is none.
        auth: the password file.

    Raises:
        UsageError: passwords are missing or wrong, or the port is taken.
        WeightsError: the models cannot be loaded.
    """
    local = check_host(host, auth)
    from .app import LOOPBACK, mount  # takes seconds; a wrong call is told before

    with bind(host, port) as listening, Assistant(settings) as assistant:
        print("Loading the models ...", flush=True)
        assistant.warm()
        opener = pack_opener(settings)
        if index is not None and not (index / "catalog.db").is_file():
            opener(index, write=True).close()
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        mount(
            app,
            assistant,
            auth=auth,
            shared=index,
            open_index=opener,
            hosts=LOOPBACK if local else (),
        )
        name = f"[{host}]" if ":" in host else host
        print(f"Looktwice is at http://{name}:{listening.getsockname()[1]}  (Ctrl-C stops it)")
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=3, server_header=False
        )
        uvicorn.Server(config).run(sockets=[listening])


def check_host(host: str, auth: Path | None) -> bool:
    """Whether it is this machine only; UsageError where others come in without a password."""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local and auth is None:
        raise UsageError(
            f"--host {host} lets other machines in, so it needs passwords: make a file with"
            " `looktwice ui --auth FILE --add-user NAME`, then add --auth FILE"
        )
    return local


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; UsageError where the port is taken."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be used ({error.strerror}); take another with --port"
        ) from None
