"""/v1/chat/completions."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from ...errors import LooktwiceError
from ...schema import AnswerReady
from ..http.errors import as_request_error
from ..http.streaming import EventStreamResponse, server_sent, with_silences
from .errors import error_body
from .functions import FunctionCall
from .progress import progress_of
from .reading import RequestReader
from .reply import Outcome, ReplyWriter
from .replying import ReplyRequest
from .request import MODEL, ChatRequest, check_model
from .runs import Runs, checked

QUIET_SECONDS = 10.0
"""After so long without a chunk a comment is sent, so that nobody on the way hangs up."""


class ChatRoutes:
    """Answers the last message of a conversation."""

    def __init__(self, runs: Runs, reader: RequestReader) -> None:
        self._runs, self._reader = runs, reader

    async def chat(self, body: ChatRequest, request: Request) -> Response:
        """The reply, whole or as a stream."""
        check_model(body.model, MODEL)
        self._runs.queue.check()
        offer, without = body.offer()
        form = body.format()
        conversation = await self._reader.read(body.messages, request)
        ignored = [*conversation.ignored, *without, *body.without_effect]
        options = self._reader.options(body.looktwice)
        writer = ReplyWriter(options, ignored, body.n or 1)
        asked = ReplyRequest(conversation, form, offer)
        if asked.is_record:
            _ = form.record  # told before the work begins
        if body.stream:
            return EventStreamResponse(self._chunks(asked, body, writer))
        outcome = await self._runs.outcome(request, asked)
        if outcome is None:
            return Response(status_code=499)  # nobody reads it
        return JSONResponse(writer.complete(outcome))

    async def _chunks(
        self, asked: ReplyRequest, body: ChatRequest, writer: ReplyWriter
    ) -> AsyncGenerator[str]:
        """The reply as server-sent events.

        Words are sent when they are checked: what a client shows cannot be taken back. The draft, as
        it is written, is told as reasoning, and among the events for those who ask for them.
        """
        ended = False
        try:
            for chunk in writer.first_chunks():
                yield server_sent(chunk)
            async for event in with_silences(self._runs.events(asked), QUIET_SECONDS):
                if event is None:
                    yield ": still working\n\n"
                elif isinstance(event, AnswerReady | FunctionCall):
                    outcome = event.answer if isinstance(event, AnswerReady) else event
                    for piece in self._end(checked(outcome), body, writer):
                        yield piece
                elif body.looktwice.events:
                    yield server_sent(writer.event_chunk(event))
                elif self._reader.progress and (words := progress_of(event)):
                    yield server_sent(writer.reasoning_chunk(words))
            ended = True
            yield "data: [DONE]\n\n"
        except LooktwiceError as error:
            ended = True
            yield server_sent(error_body(as_request_error(error)))
        finally:
            if not ended:
                self._runs.metrics.disconnect()

    def _end(self, outcome: Outcome, body: ChatRequest, writer: ReplyWriter) -> list[str]:
        chunks = writer.last_chunks(outcome)
        if body.stream_options and body.stream_options.include_usage:
            chunks.append(writer.usage_chunk(outcome))
        return [server_sent(chunk) for chunk in chunks]
