"""The OpenAI-compatible server's application: /v1/chat/completions, /v1/models, /health, /metrics."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from ...agent.assistant import Assistant
from ...errors import BadInput, LooktwiceError, UsageError
from ...schema import Answer, AnswerReady, Event
from ..http.api_keys import Keys
from ..http.guard import VISIT, Guard, a_bug
from ..http.logs import tell
from ..http.metrics import Metrics
from ..http.queue import Runs
from .messages import Asked, Fetch, read_messages
from .protocol import MODEL, ChatRequest, Refused, Writer, model, models

ROUTES = ("/v1/chat/completions", "/v1/models", "/health", "/metrics")
QUIET_SECONDS = 10.0
"""After so long without a chunk a comment is sent, so that nobody on the way hangs up."""
_DRAIN_SECONDS = 5.0
_STATUS = {"deadline": 504, "cancelled": 503}


def make_app(
    assistant: Assistant,
    keys: Keys | None = None,
    fetch: Fetch | None = None,
    local: bool = True,
) -> Guard:
    """The ASGI application of the server.

    Args:
        assistant: who answers; stays its owner's.
        keys: who may ask; everybody where there are none.
        fetch: gets pictures given by http address; None to refuse them.
        local: answer to names of this machine only.
    """
    limits, metrics = assistant.settings.serve, Metrics()
    server = _Server(assistant, Runs(assistant, limits), metrics, fetch)
    metrics.gauge("running", "questions being answered", lambda: server.runs.running)
    metrics.gauge("waiting", "questions in the queue", lambda: server.runs.waiting)
    app = FastAPI(
        title="Looktwice",
        docs_url=None,  # the pages load their scripts from elsewhere
        redoc_url=None,
        telemetry={"tracing": False},
        lifespan=server.lifespan,
    )
    app.add_api_route("/v1/chat/completions", server.chat, methods=["POST"], response_model=None)
    app.add_api_route("/v1/models", server.models, methods=["GET"])
    app.add_api_route("/v1/models/{name}", server.model, methods=["GET"])
    app.add_api_route("/health", server.health, methods=["GET"])
    app.add_api_route("/metrics", server.metrics_page, methods=["GET"], response_model=None)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)
    return Guard(
        app,
        keys=keys or Keys(),
        limits=limits,
        metrics=metrics,
        routes=ROUTES,
        open_paths=("/health",),
        local=local,
    )


class _Server:
    """What the routes do."""

    def __init__(
        self, assistant: Assistant, runs: Runs, metrics: Metrics, fetch: Fetch | None
    ) -> None:
        self._assistant, self.runs, self._metrics, self._fetch = assistant, runs, metrics, fetch
        self._created = int(time.time())

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """At the end, whatever still runs is stopped."""
        yield
        if left := await self.runs.drain(_DRAIN_SECONDS):
            tell("some answers did not stop in time", logging.WARNING, count=left)

    async def chat(self, asking: ChatRequest, request: Request) -> Response:
        """Answer the last message of a conversation."""
        asking.check(self._assistant.settings.serve.messages)
        self.runs.check()
        asked = await read_messages(asking.messages, self._assistant.store, self._fetch)
        writer = Writer(asking.looktwice, [*asked.ignored, *asking.without_effect])
        events = self._events(asked)
        if asking.stream:
            return _EventStream(self._chunks(events, asking, writer))
        answer = await _unless_gone(request, _last(events))
        if answer is None:
            self._metrics.disconnect()
            return Response(status_code=499)  # nobody reads it
        return JSONResponse(writer.whole(checked(answer)))

    async def _events(self, asked: Asked) -> AsyncGenerator[Event]:
        """The events of a run, whose answer is counted."""
        run = self.runs.follow(asked.question, asked.pictures, asked.history)
        async with aclosing(run):
            async for event in run:
                if isinstance(event, AnswerReady):
                    self._count(event.answer)
                yield event

    async def _chunks(
        self, events: AsyncGenerator[Event], asking: ChatRequest, writer: Writer
    ) -> AsyncGenerator[str]:
        """The reply as server-sent events.

        Words are sent when they are checked: what a client shows cannot be taken back. The draft,
        as it is written, is among the events for those who ask for them.
        """
        ended = False
        try:
            yield _sse(writer.first())
            async for event in _or_silence(events, QUIET_SECONDS):
                if event is None:
                    yield ": still working\n\n"
                elif isinstance(event, AnswerReady):
                    for chunk in writer.last(checked(event.answer)):
                        yield _sse(chunk)
                    if asking.stream_options and asking.stream_options.include_usage:
                        yield _sse(writer.cost(event.answer))
                elif asking.looktwice.events:
                    yield _sse(writer.event(event))
            ended = True
            yield "data: [DONE]\n\n"
        except (Refused, LooktwiceError) as error:
            ended = True
            yield _sse(as_refused(error).body())
        finally:
            if not ended:
                self._metrics.disconnect()

    def _count(self, answer: Answer) -> None:
        self._metrics.answer(answer)
        tell(
            "answer",
            status=answer.status,
            stop_reason=answer.stop_reason,
            seconds=answer.usage.total_seconds,
            model_calls=answer.usage.model_calls,
            tools=[f"{r.call.tool}:{r.error.kind if r.error else 'ok'}" for r in answer.results],
            pictures=len(answer.pictures),
        )

    async def models(self) -> dict[str, Any]:
        """The one model there is."""
        return models(self._created)

    async def model(self, name: str) -> dict[str, Any]:
        """The same, by its name."""
        if name != MODEL:
            raise Refused(f"there is no model {name[:80]!r}; ask for {MODEL!r}", 404, "not_found")
        return model(self._created)

    async def health(self) -> dict[str, Any]:
        """That somebody is there, and how busy."""
        return {"status": "ok", "running": self.runs.running, "waiting": self.runs.waiting}

    async def metrics_page(self) -> Response:
        """What was counted, for Prometheus."""
        return Response(self._metrics.page(), media_type="text/plain; version=0.0.4")


def checked(answer: Answer) -> Answer:
    """The answer, unless the run failed.

    Raises:
        Refused: why it failed.
    """
    if answer.status == "failed":
        status = _STATUS.get(answer.stop_reason, 500)
        raise Refused(answer.text, status, answer.stop_reason)
    return answer


def as_refused(error: Refused | LooktwiceError) -> Refused:
    """What the library raised, as an answer to the request."""
    if isinstance(error, Refused):
        return error
    wrong_call = isinstance(error, BadInput | UsageError)
    return Refused(
        str(error), 400 if wrong_call else 503, "bad_input" if wrong_call else "unavailable"
    )


class _EventStream(StreamingResponse):
    """Closes what it streams, also when the caller left in the middle of a chunk."""

    def __init__(self, chunks: AsyncGenerator[str]) -> None:
        super().__init__(
            chunks, media_type="text/event-stream", headers={"cache-control": "no-store"}
        )
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._chunks):
            await super().__call__(scope, receive, send)


async def _last(events: AsyncGenerator[Event]) -> Answer:
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, AnswerReady):
                    return event.answer
    except LooktwiceError as error:
        raise as_refused(error) from None
    raise AssertionError("a run ends with its answer")


async def _unless_gone(request: Request, work: Any) -> Answer | None:
    """The result of `work`, which is cancelled when the caller hangs up; then None."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        leaving.cancel()
        working.cancel()


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _or_silence(
    events: AsyncGenerator[Event], seconds: float
) -> AsyncGenerator[Event | None]:
    """The events, and None whenever nothing happened for so long."""
    async with aclosing(events):
        following: asyncio.Future[Event] | None = None
        try:
            while True:
                following = following or asyncio.ensure_future(anext(events))
                done, _ = await asyncio.wait({following}, timeout=seconds)
                if not done:
                    yield None
                    continue
                try:
                    event = following.result()
                except StopAsyncIteration:
                    return
                following = None
                yield event
        finally:
            if following is not None and not following.done():
                following.cancel()
                await asyncio.wait({following})


def _sse(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return JSONResponse(error.body(), error.status, error.headers())


async def _invalid(request: Request, error: Exception) -> Response:
    """A request of the wrong form, in words; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
    reason = first.get("ctx", {}).get("error", "") if first["type"] == "json_invalid" else ""
    words = f"{where}: {first['msg']}{f' ({reason})' if reason else ''}"
    return await _refused(request, Refused(words, 400, "invalid_request", where))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = ", ".join(ROUTES)
    words = {
        404: f"there is nothing at {request.url.path[:80]!r}; this server has {known}",
        405: f"{request.method} is not for {request.url.path[:80]!r}",
    }.get(error.status_code, str(error.detail))
    return await _refused(request, Refused(words, error.status_code))


async def _bug(request: Request, error: Exception) -> Response:
    return await _refused(request, a_bug(request.scope.get(VISIT, "")))
