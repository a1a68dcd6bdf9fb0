"""`looktwice mcp` as a process: over standard input and output, or over HTTP.

Over standard output nothing but the protocol passes: the models are loaded when the SDK has put it
aside.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import anyio

from ...agent.assistant import Assistant
from ...errors import LooktwiceError
from ...settings import Settings
from ..http.api import check_api_host, uvicorn_config
from ..http.api_keys import ApiKeys
from ..http.logs import log_event, set_up_logging
from ..http.server import address_of, bind, run_until_signal
from .http_app import http_app
from .server import make_server


def serve_stdio(settings: Settings, index: Path | None, folders: tuple[Path, ...]) -> None:
    """Serve the program that started this one, until it closes its end."""
    set_up_logging(settings.serve.logs)
    with Assistant(settings, index=index) as assistant:
        server = make_server(assistant, (*settings.mcp.folders, *folders))

        async def run() -> None:
            # The models load beside the greeting, which hosts expect within seconds.
            threading.Thread(target=warm_up, args=[assistant], daemon=True).start()
            await server.run_stdio_async()
            await server.answers.queue.drain(settings.serve.shutdown_seconds)

        anyio.run(run)


def warm_up(assistant: Assistant) -> None:
    """Load the models; whoever asks meanwhile waits, and is told what went wrong."""
    try:
        assistant.warm()
    except LooktwiceError as error:
        log_event(str(error), logging.ERROR)


def serve_http(
    settings: Settings,
    host: str,
    port: int,
    index: Path | None,
    folders: tuple[Path, ...],
    key_file: Path | None = None,
) -> None:
    """Serve over streamable HTTP under /mcp until SIGTERM or Ctrl-C.

    Raises:
        UsageError: keys are missing or wrong, or the port is taken.
    """
    keys = ApiKeys.from_file(key_file) if key_file is not None else ApiKeys()
    local = check_api_host(host, keys)
    set_up_logging(settings.serve.logs)
    with Assistant(settings, index=index) as assistant:
        bound = bind(host, port)
        log_event("loading the models")
        assistant.warm()
        server = make_server(assistant, (*settings.mcp.folders, *folders))
        app = http_app(server, assistant, keys, local)
        log_event("listening", address=address_of(bound))
        run_until_signal(uvicorn_config(app, settings.serve), bound)
