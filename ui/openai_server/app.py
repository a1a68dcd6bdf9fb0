"""The OpenAI-compatible server's application: /v1/chat/completions, /v1/models, /health, /metrics."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from ...agent.assistant import Assistant
from ...agent.extraction.records.requests import RecordRequest
from ...errors import LooktwiceError
from ...schema import Answer, AnswerReady, Event
from ..http.access_log import AccessLog
from ..http.answering import AnswerStreams
from ..http.api import protected
from ..http.api_keys import ApiKeys
from ..http.errors import RequestError, as_request_error
from ..http.logs import log_event
from ..http.metrics import Metrics
from .errors import add_error_handlers, error_body, render_error
from .messages import Fetch, ParsedConversation, parse_messages
from .reply import ReplyWriter, model, models
from .request import MODEL, ChatRequest
from .streaming import EventStreamResponse, server_sent, until_disconnect, with_silences

ROUTES = ("/v1/chat/completions", "/v1/models", "/health", "/metrics")
QUIET_SECONDS = 10.0
"""After so long without a chunk a comment is sent, so that nobody on the way hangs up."""
_DRAIN_SECONDS = 5.0
_STATUS = {"deadline": 504, "cancelled": 503}


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
        fetch: gets pictures given by http address; None to refuse them.
        local: answer to names of this machine only.
    """
    limits, metrics = assistant.settings.serve, Metrics()
    routes = _Routes(assistant, AnswerStreams(assistant, limits), metrics, fetch)
    queue = routes.answers.queue
    metrics.gauge("running", "questions being answered", lambda: queue.running)
    metrics.gauge("waiting", "questions in the queue", lambda: queue.waiting)
    app = FastAPI(
        title="Looktwice",
        docs_url=None,  # the pages load their scripts from elsewhere
        redoc_url=None,
        telemetry={"tracing": False},
        strict_content_type=True,  # a page elsewhere can send any other type without being asked
        lifespan=routes.lifespan,
    )
    app.add_api_route("/v1/chat/completions", routes.chat, methods=["POST"], response_model=None)
    app.add_api_route("/v1/models", routes.models, methods=["GET"])
    app.add_api_route("/v1/models/{name}", routes.model, methods=["GET"])
    app.add_api_route("/health", routes.health, methods=["GET"])
    app.add_api_route("/metrics", routes.metrics, methods=["GET"], response_model=None)
    add_error_handlers(app, ROUTES)
    return protected(
        app,
        keys=keys or ApiKeys(),
        limits=limits,
        metrics=metrics,
        routes=ROUTES,
        render=render_error,
        open_paths=("/health",),
        local=local,
    )


class _Routes:
    """What the routes do."""

    def __init__(
        self, assistant: Assistant, answers: AnswerStreams, metrics: Metrics, fetch: Fetch | None
    ) -> None:
        self._assistant, self.answers = assistant, answers
        self._metrics, self._fetch = metrics, fetch
        self._created = int(time.time())

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """At the end, whatever still runs is stopped."""
        yield
        if left := await self.answers.queue.drain(_DRAIN_SECONDS):
            log_event("some answers did not stop in time", logging.WARNING, count=left)

    async def chat(self, body: ChatRequest, request: Request) -> Response:
        """Answer the last message of a conversation."""
        body.check(self._assistant.settings.serve.messages)
        self.answers.queue.check()
        most = self._assistant.settings.limits.question_characters
        conversation = await parse_messages(body.messages, self._assistant.store, self._fetch, most)
        writer = ReplyWriter(body.looktwice, [*conversation.ignored, *body.without_effect])
        record = body.record
        if record is not None and not conversation.pictures:
            raise RequestError(
                "response_format: a record is read from pictures, and there is none; add them as"
                " image_url parts",
                param="response_format",
            )
        events = self._events(conversation, record)
        if body.stream:
            return EventStreamResponse(self._chunks(events, body, writer))
        answer = await until_disconnect(request, _last(events))
        if answer is None:
            self._metrics.disconnect()
            return Response(status_code=499)  # nobody reads it
        return JSONResponse(writer.complete(checked(answer)))

    async def _events(
        self, conversation: ParsedConversation, record: RecordRequest | None
    ) -> AsyncGenerator[Event]:
        """The events of a run, whose answer is counted."""
        if record is not None:
            run = self.answers.extract(record, conversation.pictures)
        else:
            run = self.answers.follow(
                conversation.question, conversation.pictures, conversation.history
            )
        async with aclosing(run):
            async for event in run:
                if isinstance(event, AnswerReady):
                    self._count(event.answer)
                yield event

    async def _chunks(
        self, events: AsyncGenerator[Event], body: ChatRequest, writer: ReplyWriter
    ) -> AsyncGenerator[str]:
        """The reply as server-sent events.

        Words are sent when they are checked: what a client shows cannot be taken back. The draft,
        as it is written, is among the events for those who ask for them.
        """
        ended = False
        try:
            yield server_sent(writer.first_chunk())
            async for event in with_silences(events, QUIET_SECONDS):
                if event is None:
                    yield ": still working\n\n"
                elif isinstance(event, AnswerReady):
                    for chunk in writer.last_chunks(checked(event.answer)):
                        yield server_sent(chunk)
                    if body.stream_options and body.stream_options.include_usage:
                        yield server_sent(writer.usage_chunk(event.answer))
                elif body.looktwice.events:
                    yield server_sent(writer.event_chunk(event))
            ended = True
            yield "data: [DONE]\n\n"
        except LooktwiceError as error:
            ended = True
            yield server_sent(error_body(as_request_error(error)))
        finally:
            if not ended:
                self._metrics.disconnect()

    def _count(self, answer: Answer) -> None:
        self._metrics.answer(answer)
        log_event(
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
            raise RequestError(
                f"there is no model {name[:80]!r}; ask for {MODEL!r}", 404, "not_found"
            )
        return model(self._created)

    async def health(self) -> dict[str, Any]:
        """That somebody is there, and how busy."""
        queue = self.answers.queue
        return {"status": "ok", "running": queue.running, "waiting": queue.waiting}

    async def metrics(self) -> Response:
        """What was counted, for Prometheus."""
        return Response(self._metrics.exposition(), media_type="text/plain; version=0.0.4")


def checked(answer: Answer) -> Answer:
    """The answer, unless the run failed.

    Raises:
        RequestError: why it failed.
    """
    if answer.status == "failed":
        status = _STATUS.get(answer.stop_reason, 500)
        raise RequestError(answer.text, status, answer.stop_reason)
    return answer


async def _last(events: AsyncGenerator[Event]) -> Answer:
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, AnswerReady):
                    return event.answer
    except LooktwiceError as error:
        raise as_request_error(error) from None
    raise AssertionError("a run ends with its answer")
