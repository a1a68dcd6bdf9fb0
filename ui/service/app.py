"""The service's application: what the commands ask over the socket."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ... import __version__
from ...agent.assistant import Assistant
from ...agent.batch.worker import Worker, answer_as_json
from ...agent.given_documents import ReadDocuments
from ...control import Control
from ...errors import LooktwiceError
from ...media.formats import PictureFile
from ...schema import Event, Passage
from ..http.answering import AnswerStreams
from ..http.streaming import EventStreamResponse
from .place import fingerprints
from .wire import EVENT, AskRequest, SearchRequest, error_to_json

if TYPE_CHECKING:
    from ...retrieval.index import Index

_READING_SECONDS = 24 * 3600.0
_LINES = "application/x-ndjson"
Line = dict[str, Any]


def make_service_app(assistant: Assistant, stop: Callable[[], None]) -> Starlette:
    """The ASGI application of the service.

    Args:
        assistant: who answers; stays its owner's.
        stop: ends the process.
    """
    routes = _Routes(assistant, stop)
    return Starlette(
        routes=[
            Route("/hello", routes.hello),
            Route("/ask", routes.ask, methods=["POST"]),
            Route("/documents", routes.documents, methods=["POST"]),
            Route("/search", routes.search, methods=["POST"]),
            Route("/task", routes.task, methods=["POST"]),
            Route("/stop", routes.stop, methods=["POST"]),
        ]
    )


class _Routes:
    """What the routes do; whoever gets here is the user."""

    def __init__(self, assistant: Assistant, stop: Callable[[], None]) -> None:
        self._assistant, self._stop = assistant, stop
        self._answers = AnswerStreams(assistant, assistant.settings.serve)
        self._worker = Worker(assistant)

    async def hello(self, request: Request) -> Response:
        """Who is there, and with which settings."""
        told = {"version": __version__, "process": os.getpid()}
        return JSONResponse({**told, "settings": fingerprints(self._assistant.settings)})

    async def ask(self, request: Request) -> Response:
        """The events of a question, line by line."""
        asked = AskRequest.model_validate_json(await request.body())

        def events(control: Control) -> Iterator[Event]:
            return self._assistant.stream(
                asked.question,
                asked.pictures,
                index=asked.index,
                session=asked.session,
                control=control,
                documents=ReadDocuments(Path(asked.read)) if asked.read else (),
            )

        def lines(control: Control) -> Iterator[Line]:
            for event in events(control):
                yield EVENT.dump_python(event, mode="json")

        return self._respond(lines)

    async def documents(self, request: Request) -> Response:
        """Read documents into an index of their own."""
        paths = (await request.json())["paths"]

        def lines(control: Control) -> Iterator[Line]:
            read = self._assistant.read_documents(paths, control)
            yield {"index": str(read.index), "failed": read.failed}

        return self._respond(lines, _READING_SECONDS)

    async def search(self, request: Request) -> Response:
        """Search an index."""
        asked = SearchRequest.model_validate_json(await request.body())

        def lines(control: Control) -> Iterator[Line]:
            found, why = self._found(asked, control)
            yield {"passages": [p.model_dump(mode="json") for p in found], "why": why}

        return self._respond(lines)

    def _found(self, asked: SearchRequest, control: Control) -> tuple[list[Passage], str]:
        """What was found; of pictures that were not, why."""
        index = cast("Index", self._assistant.open_index(asked.index))
        from ...retrieval.catalog.rows import Filters  # there, since the index is

        picture, filters = None, None
        if asked.image is not None:
            picture = PictureFile(Path(asked.image), self._assistant.settings.media).page(1)
        if asked.filters is not None:
            given: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in asked.filters.items()
            }
            filters = Filters(**given)
        found = index.search(
            asked.query,
            picture=picture,
            limit=asked.limit,
            filters=filters,
            rerank=asked.rerank,
            control=control,
        )
        pictures = None if found else index.pictures(asked.query, filters=filters)
        return found, pictures.why if pictures is not None else ""

    async def task(self, request: Request) -> Response:
        """A task of a batch; whatever goes wrong is in its outcome."""
        text = (await request.body()).decode()
        seconds = float(json.loads(text)["seconds"])

        def outcomes(control: Control) -> Iterator[str]:
            yield answer_as_json(self._worker, text, control)

        async def told() -> AsyncGenerator[str]:
            async with aclosing(self._answers.run(outcomes, seconds)) as done:
                async for outcome in done:
                    yield outcome

        return EventStreamResponse(told(), "application/json")

    async def stop(self, request: Request) -> Response:
        """End, once this is answered."""
        asyncio.get_running_loop().call_later(0.05, self._stop)
        return JSONResponse({})

    def _respond(
        self, produce: Callable[[Control], Iterator[Line]], seconds: float | None = None
    ) -> Response:
        return EventStreamResponse(self._told(produce, seconds), _LINES)

    async def _told(
        self, produce: Callable[[Control], Iterator[Line]], seconds: float | None
    ) -> AsyncGenerator[str]:
        try:
            async with aclosing(self._answers.run(produce, seconds)) as lines:
                async for line in lines:
                    yield json.dumps(line) + "\n"
        except (LooktwiceError, Exception) as error:
            yield json.dumps({"error": error_to_json(error)}) + "\n"
