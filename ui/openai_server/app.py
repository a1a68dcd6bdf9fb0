"""The application of the OpenAI-compatible server: its routes, behind what protects them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response

from ... import __version__
from ...agent.assistant import Assistant
from ..http.access_log import AccessLog
from ..http.answering import AnswerStreams
from ..http.api import protected
from ..http.api_keys import ApiKeys
from ..http.errors import RequestError
from ..http.metrics import Metrics
from .attachments import Fetch
from .chat import ChatRoutes
from .embeddings import MODEL as EMBEDDING_MODEL
from .embeddings import EmbeddingRoutes
from .errors import add_error_handlers, render_error
from .files import StoredFiles
from .reading import RequestReader
from .reply import model
from .request import MODEL
from .responses import ResponsesRoutes
from .runs import Runs
from .uploads import UploadRoutes

ROUTES = (
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/v1/files",
    "/v1/models",
    "/health",
    "/ready",
    "/metrics",
)


def make_app(
    assistant: Assistant,
    keys: ApiKeys | None = None,
    fetch: Fetch | None = None,
    local: bool = True,
) -> AccessLog:
    """The ASGI application of the server.

    Args:
        assistant: who answers; stays its owner's.
        keys: who may ask; everybody where there are none.
        fetch: gets files given by http address; None to refuse them.
        local: answer to names of this machine only, and those of `serve.hosts`.
    """
    settings, metrics = assistant.settings, Metrics()
    runs = Runs(assistant, AnswerStreams(assistant, settings.serve), metrics)
    files = StoredFiles(settings.home / "files" / "uploaded", settings.serve.files_bytes)
    reader = RequestReader(assistant, files, fetch)
    metrics.gauge("running", "questions being answered", lambda: runs.queue.running)
    metrics.gauge("waiting", "questions in the queue", lambda: runs.queue.waiting)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """At the end, whatever still runs is stopped."""
        yield
        await runs.drain()

    app = FastAPI(
        title="Looktwice",
        docs_url=None,  # the pages load their scripts from elsewhere
        redoc_url=None,
        telemetry={"tracing": False},
        strict_content_type=True,  # a page elsewhere can send any other type without being asked
        lifespan=lifespan,
    )
    add_routes(app, runs, reader, files, assistant)
    add_error_handlers(app, ROUTES)
    return protected(
        app,
        keys=keys or ApiKeys(),
        limits=settings.serve,
        metrics=metrics,
        routes=ROUTES,
        render=render_error,
        open_paths=("/health", "/ready"),
        local=local,
    )


def add_routes(
    app: FastAPI, runs: Runs, reader: RequestReader, files: StoredFiles, assistant: Assistant
) -> None:
    """Every route of the server."""
    uploads = UploadRoutes(files)
    state = _StateRoutes(runs, assistant)
    post = {"methods": ["POST"], "response_model": None}
    get = {"methods": ["GET"], "response_model": None}
    routes: list[tuple[str, Any, dict[str, Any]]] = [
        ("/v1/chat/completions", ChatRoutes(runs, reader).chat, post),
        ("/v1/responses", ResponsesRoutes(runs, reader).respond, post),
        ("/v1/embeddings", EmbeddingRoutes(assistant).embed, post),
        ("/v1/files", uploads.add, post),
        ("/v1/files", uploads.list, get),
        ("/v1/files/{name}", uploads.get, get),
        ("/v1/files/{name}", uploads.delete, {**get, "methods": ["DELETE"]}),
        ("/v1/files/{name}/content", uploads.content, get),
        ("/v1/models", state.models, get),
        ("/v1/models/{name}", state.model, get),
        ("/health", state.health, get),
        ("/ready", state.ready, get),
        ("/metrics", state.metrics, get),
    ]
    for path, endpoint, how in routes:
        app.add_api_route(path, endpoint, **how)


class _StateRoutes:
    """What there is and how it is going."""

    def __init__(self, runs: Runs, assistant: Assistant) -> None:
        self._runs, self._assistant = runs, assistant
        self._created = int(time.time())

    async def models(self) -> dict[str, Any]:
        """The assistant, and the embedder where one is installed."""
        names = [MODEL, *([EMBEDDING_MODEL] if self._assistant.can_embed else [])]
        return {"object": "list", "data": [model(name, self._created) for name in names]}

    async def model(self, name: str) -> dict[str, Any]:
        """One of them, by its name."""
        if name not in (MODEL, EMBEDDING_MODEL):
            raise RequestError(
                f"there is no model {name[:80]!r}; ask for {MODEL!r}", 404, "not_found"
            )
        return model(name, self._created)

    async def health(self) -> dict[str, Any]:
        """That somebody is there, and how busy."""
        queue = self._runs.queue
        return {"status": "ok", "running": queue.running, "waiting": queue.waiting}

    async def ready(self) -> Response:
        """Whether a question would be taken now, and what answers it."""
        told = {"version": __version__, **self._assistant.runs_on()}
        try:
            self._runs.queue.check()
        except RequestError as full:
            return JSONResponse(
                {"status": "busy", **told}, 503, {"retry-after": str(full.retry_after)}
            )
        return JSONResponse({"status": "ready", **told})

    async def metrics(self) -> Response:
        """What was counted, for Prometheus."""
        return Response(self._runs.metrics.exposition(), media_type="text/plain; version=0.0.4")
