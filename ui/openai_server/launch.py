"""`looktwice serve`: the OpenAI-compatible server as a process."""

from __future__ import annotations

from pathlib import Path

from ...agent.assistant import Assistant
from ...agent.loading_times import expected_seconds
from ...settings import Settings
from ..http.api import check_api_host, uvicorn_config
from ..http.api_keys import ApiKeys
from ..http.fetching import FileFetcher
from ..http.logs import log_event, set_up_logging
from ..http.server import address_of, bind, run_until_signal
from .app import make_app


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
    keys = ApiKeys.from_file(key_file) if key_file is not None else ApiKeys()
    local = check_api_host(host, keys)
    remote = settings.serve.remote_pictures and not settings.offline
    with Assistant(settings, index=index) as assistant:
        bound = bind(host, port)
        set_up_logging(settings.serve.logs)
        log_event("loading the models", about_seconds=expected_seconds(settings))
        assistant.warm_experts()
        assistant.warm()
        fetch = FileFetcher(settings.serve) if remote else None
        app = make_app(assistant, keys, fetch=fetch, local=local)
        log_event("listening", address=address_of(bound))
        run_until_signal(uvicorn_config(app, settings.serve), bound)
