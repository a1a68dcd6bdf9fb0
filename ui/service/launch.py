"""The service as a process: a socket that only its user may use, and a life until it is told to end."""

from __future__ import annotations

import os
import signal
import socket
from asyncio import BaseTransport, Transport
from collections.abc import Callable
from pathlib import Path

import uvicorn

from ...agent.assistant import Assistant
from ...agent.loading_times import expected_seconds
from ...errors import UsageError
from ...extensions.extras import require
from ...media.private import make_private
from ...settings import Settings
from ..http.connections import TimedHeadProtocol
from ..http.logs import log_event, set_up_logging
from ..http.server import run_until_signal
from .app import make_service_app
from .client import running_service
from .place import is_own_peer, is_private, socket_path


class OwnerOnly(TimedHeadProtocol):
    """Hangs up on every other user, whatever the permissions of the socket."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Look who is there."""
        assert isinstance(transport, Transport)
        if is_own_peer(transport.get_extra_info("socket")):
            super().connection_made(transport)
        else:
            self.transport = transport
            transport.abort()
            log_event("another user was refused")


def serve_locally(settings: Settings, index: Path | None = None) -> None:
    """Load the models, then answer this user's commands until SIGTERM, Ctrl-C or `looktwice down`.

    Raises:
        UsageError: there can be no socket, or a service runs already.
        WeightsError: the models cannot be loaded.
    """
    require("serve")
    path = socket_path(settings)
    if path is None:
        raise UsageError(
            f"the socket of the warm program needs a shorter path than {settings.home}; set"
            " LOOKTWICE_HOME (and on Windows there is none)"
        )
    if (running := running_service(settings)) is not None:
        raise UsageError(
            f"a warm program runs already (process {running.process}); looktwice down ends it"
        )
    set_up_logging(settings.serve.logs)
    with Assistant(settings, index=index) as assistant:
        log_event("loading the models", about_seconds=expected_seconds(settings))
        assistant.warm_experts()
        assistant.warm()
        bound = bind_socket(path)
        try:
            server = service_config(assistant, lambda: os.kill(os.getpid(), signal.SIGTERM))
            log_event("listening", socket=str(path), process=os.getpid())
            run_until_signal(server, bound)
        finally:
            path.unlink(missing_ok=True)


def bind_socket(path: Path) -> socket.socket:
    """A socket in a folder that only its owner may enter; one that was left behind is replaced.

    Raises:
        UsageError: the folder is somebody else's, or others may enter it.
    """
    make_private(path.parent)
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        bound.bind(str(path))
    finally:
        os.umask(before)
    if not is_private(path):
        bound.close()
        raise UsageError(f"{path.parent}: others may enter it; remove it, or chmod 700 it")
    return bound


def service_config(assistant: Assistant, stop: Callable[[], None]) -> uvicorn.Config:
    """How uvicorn runs the service; `stop` ends it."""
    limits = assistant.settings.serve
    return uvicorn.Config(
        make_service_app(assistant, stop),
        loop="asyncio",  # whose sockets say who is at the other end
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=int(limits.shutdown_seconds),
        http=OwnerOnly,
    )
