"""Runs of a server: from what a request asks to its outcome, counted and logged."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import Request

from ...agent.assistant import Assistant
from ...errors import LooktwiceError
from ...schema import Answer, AnswerReady, Event
from ..http.answering import AnswerStreams
from ..http.errors import RequestError, as_request_error
from ..http.logs import log_event
from ..http.metrics import Metrics
from ..http.streaming import until_disconnect
from .functions import FunctionCall
from .reply import Outcome
from .replying import ReplyRequest, reply_to

_STATUS = {"deadline": 504, "cancelled": 503}
_DRAIN_SECONDS = 5.0


class Runs:
    """Starts runs and says how they end.

    Args:
        assistant: who answers.
        answers: its queue.
        metrics: counts answers and callers who left.
    """

    def __init__(self, assistant: Assistant, answers: AnswerStreams, metrics: Metrics) -> None:
        self._assistant, self._answers, self.metrics = assistant, answers, metrics
        self.queue = answers.queue

    async def events(self, asked: ReplyRequest) -> AsyncGenerator[Event | FunctionCall]:
        """The events of a run; the last one is its answer, or the call of a client's function."""
        run = self._answers.run(lambda control: reply_to(asked, self._assistant, control))
        async with aclosing(run):
            async for event in run:
                if isinstance(event, AnswerReady):
                    self._count(event.answer)
                yield event

    async def outcome(self, request: Request, asked: ReplyRequest) -> Outcome | None:
        """How a run ends; None where its caller left before, who is not answered.

        Raises:
            RequestError: the run failed.
        """
        outcome = await until_disconnect(request, self._last(asked))
        if outcome is None:
            self.metrics.disconnect()
            return None
        return checked(outcome)

    async def drain(self) -> None:
        """Stop whatever still runs."""
        if left := await self.queue.drain(_DRAIN_SECONDS):
            log_event("some answers did not stop in time", logging.WARNING, count=left)

    async def _last(self, asked: ReplyRequest) -> Outcome:
        try:
            async with aclosing(self.events(asked)) as events:
                async for event in events:
                    if isinstance(event, AnswerReady):
                        return event.answer
                    if isinstance(event, FunctionCall):
                        return event
        except LooktwiceError as error:
            raise as_request_error(error) from None
        raise AssertionError("a run ends with its answer")

    def _count(self, answer: Answer) -> None:
        self.metrics.answer(answer)
        log_event(
            "answer",
            status=answer.status,
            stop_reason=answer.stop_reason,
            seconds=answer.usage.total_seconds,
            model_calls=answer.usage.model_calls,
            tools=[f"{r.call.tool}:{r.error.kind if r.error else 'ok'}" for r in answer.results],
            pictures=len(answer.pictures),
        )


def checked(outcome: Outcome) -> Outcome:
    """The outcome, unless the run failed.

    Raises:
        RequestError: why it failed.
    """
    if isinstance(outcome, Answer) and outcome.status == "failed":
        status = _STATUS.get(outcome.stop_reason, 500)
        raise RequestError(outcome.text, status, outcome.stop_reason)
    return outcome
