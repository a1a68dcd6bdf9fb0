"""Servers on real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from looktwice.settings import ServeLimits
from looktwice.ui.openai_server.app import make_app

from ...agent import kit
from ..api_kit import listening
from .kit import Serving


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Starts servers; `serving.assistant` of the newest is kept for a look inside."""
    open_servers: list[Any] = []

    def start(
        script: Any = None, serve: dict[str, Any] | None = None, app: Any = None, **how: Any
    ) -> str:
        given = app or {}
        assistant = kit.make_assistant(tmp_path, script, **how)
        assistant.settings = assistant.settings.model_copy(
            update={"serve": ServeLimits(**(serve or {}))}
        )
        server = listening(make_app(assistant, **given))
        open_servers.append((server, assistant))
        return server.__enter__()

    yield start
    for server, assistant in reversed(open_servers):
        server.__exit__(None, None, None)
        assistant.close()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with nothing special."""
    home = tmp_path_factory.mktemp("plain")
    with kit.make_assistant(home) as assistant, listening(make_app(assistant)) as address:
        yield address
