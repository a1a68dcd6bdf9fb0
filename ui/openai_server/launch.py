"""`looktwice serve`: the OpenAI-compatible server as a process."""

from __future__ import annotations

import ipaddress
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from ...agent.assistant import Assistant
from ...errors import UsageError
from ...settings import ServeLimits, Settings
from ..http.api_keys import Keys
from ..http.logs import set_up, tell
from .app import make_app
from .picture_fetch import Fetcher

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_MORE_CONNECTIONS = 64
"""Connections beside those of questions: health, metrics, and being told that the queue is full."""


def serve(
    settings: Settings,
    host: str,
    port: int,
    index: Path | None = None,
    key_file: Path | None = None,
) -> None:
    """Load the models, then answer requests until SIGTERM or Ctrl-C.

    Args:
        settings: of the assistant and of the server.
        host: loopback, or any other together with keys.
        port: 0 takes a free one, which the log tells.
        index: documents every question may be about.
        key_file: API keys, one a line.

    Raises:
        UsageError: keys are missing or wrong, or the port is taken.
        WeightsError: the models cannot be loaded.
    """
    keys = Keys.from_file(key_file) if key_file is not None else Keys()
    local = check_host(host, keys)
    remote = settings.serve.remote_pictures and not settings.offline
    with Assistant(settings, index=index) as assistant:
        listening = bind(host, port)
        set_up()
        tell("loading the models")
        assistant.warm()
        fetch = Fetcher(settings.serve) if remote else None
        app = make_app(assistant, keys, fetch=fetch, local=local)
        run_server(app, listening, settings.serve)


def check_host(host: str, keys: Keys) -> bool:
    """Whether only this machine is served; others need keys.

    Raises:
        UsageError: others would be served without keys.
    """
    local = is_local(host)
    if not local and not keys:
        raise UsageError(
            f"--host {host} lets other machines in; give keys with --api-key-file FILE, "
            "or stay with --host 127.0.0.1"
        )
    return local


def is_local(host: str) -> bool:
    """Whether a server on this host can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bind(host: str, port: int) -> socket.socket:
    """A socket of this address, taken before the models are loaded.

    Raises:
        UsageError: it cannot be had.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except (OSError, OverflowError) as error:
        raise UsageError(f"cannot listen on {host} port {port} ({error}); try another") from None
    return listening


def run_server(app: ASGIApp, listening: socket.socket, limits: ServeLimits) -> None:
    """Serve until a signal; what is being answered then may be finished."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # the guard writes its own
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=int(limits.shutdown_seconds),
        limit_concurrency=limits.running + limits.waiting + _MORE_CONNECTIONS,
    )
    # uvicorn raises the signal again when it is done; then this process ends well.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    host, port = listening.getsockname()[:2]
    tell("listening", address=f"http://{f'[{host}]' if ':' in host else host}:{port}")
    uvicorn.Server(config).run(sockets=[listening])
