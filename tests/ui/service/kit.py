"""A warm program in a thread of the test, with a scripted model."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from looktwice.agent.assistant import Assistant
from looktwice.agent.given_documents import GivenDocuments
from looktwice.retrieval.embeddings.chosen import IndexEmbedders
from looktwice.retrieval.embeddings.text import as_text_embedder
from looktwice.ui.service.launch import bind_socket, service_config
from looktwice.ui.service.place import socket_path

from ...agent import kit
from ...cli.index.index_cli_kit import WordEmbedder
from ..api_kit import wait_until


@contextmanager
def warm_program(home: Path, script: Any = None) -> Iterator[Assistant]:
    """Runs until the end of the block, or until it is asked to stop."""
    with kit.make_assistant(home, script) as assistant:
        words = as_text_embedder(WordEmbedder())
        assistant._given = GivenDocuments(
            assistant.settings, lambda: None, IndexEmbedders(words, None)
        )
        path = socket_path(assistant.settings)
        assert path is not None

        def stop() -> None:
            server.should_exit = True
            path.unlink(missing_ok=True)

        server = uvicorn.Server(service_config(assistant, stop))
        bound = bind_socket(path)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="warm")
        thread.start()
        try:
            wait_until(lambda: server.started or not thread.is_alive())
            yield assistant
        finally:
            stop()
            thread.join(20)
            bound.close()
