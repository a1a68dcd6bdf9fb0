"""The chat page on loopback for tests: scripted model, instant experts, an index without weights."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from looktwice.agent.assistant import Assistant
from looktwice.retrieval.index import Index
from looktwice.tools.base import Tool
from looktwice.ui.web.app import mount
from looktwice.ui.web.chat import ChatHandlers

from ...agent.kit import Script, make_assistant
from ...retrieval.kit import open_index


@dataclass(frozen=True)
class Page:
    """A running page."""

    url: str
    handlers: ChatHandlers
    assistant: Assistant
    home: Path


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The app at a free port of loopback; gives its address."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=2
        )
    )
    thread = threading.Thread(target=server.run, name="page-server", daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def page(
    home: Path,
    script: Script | Any = None,
    experts: Sequence[Tool] | None = None,
    page_limits: dict[str, Any] | None = None,
    **how: Any,
) -> Iterator[Page]:
    """The page with everything real but the model, the experts and the embedders."""
    with make_assistant(home, script, experts) as assistant:
        limits = assistant.settings.page.model_copy(update=page_limits or {})
        assistant.settings = assistant.settings.model_copy(update={"page": limits})

        def opener(folder: Path, *, write: bool) -> Index:
            return open_index(folder, assistant.settings, write=write)

        app = FastAPI()
        handlers = mount(app, assistant, open_index=opener, **how)
        with serving(app) as url:
            yield Page(url, handlers, assistant, home)


def wait_until(true: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait for something another thread does; fails loudly where it never happens."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)
