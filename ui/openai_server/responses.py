"""/v1/responses."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from ...agent.state import Turn
from ...errors import LooktwiceError
from ...schema import Answer, AnswerReady
from ..http.api_keys import owner_of
from ..http.errors import RequestError, as_request_error
from ..http.streaming import EventStreamResponse, with_silences
from .chat import QUIET_SECONDS
from .functions import FunctionCall
from .messages import Before, ParsedConversation
from .parts import SentCall
from .reading import RequestReader
from .reply import Outcome
from .replying import ReplyRequest
from .request import MODEL, check_model
from .responses_reply import ResponseWriter
from .responses_request import ResponsesRequest
from .runs import Runs, checked

_REMEMBERED = 512


@dataclass(frozen=True)
class _Ask:
    """A request on its way."""

    body: ResponsesRequest
    asked: ReplyRequest
    writer: ResponseWriter
    owner: str


class Conversations:
    """What was said up to each response, the newest ones: a client may go on from any of them."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        self._most = most
        self._known: OrderedDict[tuple[str, str], Before] = OrderedDict()

    def get(self, name: str, owner: str) -> Before:
        """What was said up to a response.

        Raises:
            RequestError: it is not known (any more).
        """
        found = self._known.get((owner, name))
        if found is None:
            raise RequestError(
                f"previous_response_id: {name[:80]!r} is not known here any more; send the whole"
                " conversation as input",
                404,
                "previous_response_not_found",
                "previous_response_id",
            )
        return found

    def add(self, name: str, owner: str, said: ParsedConversation, outcome: Outcome) -> None:
        """Remember a response."""
        self._known[owner, name] = _after(said, outcome)
        while len(self._known) > self._most:
            self._known.popitem(last=False)


def _after(said: ParsedConversation, outcome: Outcome) -> Before:
    if isinstance(outcome, Answer):
        turn = Turn(
            question=said.question,
            answer=outcome.text,
            status=outcome.status,
            pictures=said.pictures,
        )
        return Before(history=(*said.history, turn), documents=said.documents)
    call = SentCall(id=outcome.id, name=outcome.name, arguments=outcome.arguments)
    return Before(said.history, said.documents, open=said, calls=(call,))


class ResponsesRoutes:
    """Answers the last item of an input."""

    def __init__(self, runs: Runs, reader: RequestReader) -> None:
        self._runs, self._reader = runs, reader
        self._conversations = Conversations()

    async def respond(self, body: ResponsesRequest, request: Request) -> Response:
        """The response, whole or as a stream."""
        check_model(body.model, MODEL)
        self._runs.queue.check()
        asking = await self._read(body, request)
        if body.stream:
            return EventStreamResponse(self._events(asking))
        outcome = await self._runs.outcome(request, asking.asked)
        if outcome is None:
            return Response(status_code=499)  # nobody reads it
        self._remember(asking, outcome)
        return JSONResponse(asking.writer.complete(outcome))

    async def _read(self, body: ResponsesRequest, request: Request) -> _Ask:
        owner, before = owner_of(request.scope), None
        if body.previous_response_id:
            before = self._conversations.get(body.previous_response_id, owner)
        messages, items = body.messages()
        offer, tools = body.offer()
        form = body.format()
        said = await self._reader.read(messages, request, before)
        options = self._reader.options(body.looktwice)
        ignored = [*said.ignored, *items, *tools, *body.without_effect]
        writer = ResponseWriter(body, bool(options.footnotes), ignored)
        asked = ReplyRequest(said, form, offer)
        if asked.is_record:
            _ = form.record  # told before the work begins
        return _Ask(body, asked, writer, owner)

    async def _events(self, asking: _Ask) -> AsyncGenerator[str]:
        writer, ended = asking.writer, False
        try:
            for event in writer.begun():
                yield event
            async for produced in with_silences(self._runs.events(asking.asked), QUIET_SECONDS):
                if produced is None:
                    yield ": still working\n\n"
                elif isinstance(produced, AnswerReady | FunctionCall):
                    outcome = produced.answer if isinstance(produced, AnswerReady) else produced
                    self._remember(asking, checked(outcome))
                    for event in writer.ended(outcome):
                        yield event
            ended = True
        except LooktwiceError as error:
            ended = True
            told = as_request_error(error)
            yield writer.failed(str(told), told.code)
        finally:
            if not ended:
                self._runs.metrics.disconnect()

    def _remember(self, asking: _Ask, outcome: Outcome) -> None:
        if asking.body.store is not False:
            said = asking.asked.conversation
            self._conversations.add(asking.writer.id, asking.owner, said, outcome)
