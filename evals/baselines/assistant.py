"""A baseline in the place of the assistant, so that runs, limits, scores and reports are the same."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import httpx

from ...agent.assistant import Assistant
from ...control import Control
from ...errors import UsageError
from ...schema import Answer, Picture, Status, StopReason
from ...tools import Context, ResultCache, Tool
from .baseline import Baseline, BaselineTask, ModelServer, declines, instructions, numbered_question
from .experts import Toolbox
from .usage import CountingTransport

if TYPE_CHECKING:
    from pathlib import Path

    from ...agent.assistant import Given
    from ...agent.backends.base import ChatModel
    from ...agent.given_documents import ReadDocuments
    from ...agent.indexes import Indexed
    from ...agent.run import Emit
    from ...agent.state import Turn
    from ...settings import Settings

_POLL_SECONDS = 0.05
"""Seconds between two looks at the stop button."""


class BaselineAssistant(Assistant):
    """Asks a baseline; what goes wrong in it becomes an answer with status "failed".

    Args:
        settings: whose limits hold for the baseline, too.
        model: for the base class; the baseline asks its server by itself.
        baseline: whom to ask.
        server: where the model is.
        tools: the experts.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        model: ChatModel,
        baseline: Baseline,
        server: ModelServer,
        tools: Mapping[str, Tool],
    ) -> None:
        super().__init__(settings, model=model)
        self.tools = dict(tools)
        self._baseline, self._server = baseline, server
        self._http = httpx.HTTPTransport(retries=0)
        self._cache = ResultCache()

    def warm(self) -> None:
        """Import the baseline's library."""
        self._baseline.load()

    def close(self) -> None:
        """Give back what was opened."""
        self._http.close()
        super().close()

    def ask(
        self,
        question: str,
        images: Sequence[Given] = (),
        index: Indexed | None = None,
        session: str | None = None,
        control: Control | None = None,
        history: Sequence[Turn] = (),
        on_event: Emit = lambda event: None,
        documents: Sequence[str | Path] | ReadDocuments = (),
        settings: Settings | None = None,
    ) -> Answer:
        """The baseline's answer to a question about pictures; it tells of no events.

        Raises:
            BadInput: a picture cannot be used.
            UsageError: documents or a conversation were given; baselines have neither.
        """
        if index is not None or session is not None or history or documents:
            raise UsageError("baselines are asked single questions about pictures")
        pictures = self._load(images)
        control = control or Control((settings or self.settings).limits.seconds)
        transport, started = CountingTransport(self._http, control), time.monotonic()
        toolbox = self._toolbox(pictures, control)
        with httpx.Client(transport=transport, trust_env=False) as client:
            task = self._task(question, pictures, toolbox, client)
            reply = self._wait(task, control)
        usage = transport.usage(len(toolbox.results), time.monotonic() - started)
        return self._answer_of(question, reply, pictures, toolbox).model_copy(
            update={"usage": usage}
        )

    def _toolbox(self, pictures: tuple[Picture, ...], control: Control) -> Toolbox:
        context = Context(pictures=pictures, store=self.store, control=control)
        return Toolbox(self.tools, context, self.settings.limits.tool_seconds, self._cache)

    def _task(
        self,
        question: str,
        pictures: tuple[Picture, ...],
        toolbox: Toolbox,
        client: httpx.Client,
    ) -> BaselineTask:
        return BaselineTask(
            question=numbered_question(question, pictures),
            instructions=instructions(self._server),
            pictures=pictures if self._server.sees_images else (),
            store=self.store,
            toolbox=toolbox,
            server=self._server,
            client=client,
            calls=self.settings.limits.model_calls,
            tokens=self.settings.limits.answer_tokens,
        )

    def _wait(self, task: BaselineTask, control: Control) -> str | BaseException:
        """The reply, or what went wrong.

        One that does not come back in time is left alone; without a way to the server it ends soon.
        """
        replies: queue.SimpleQueue[str | BaseException] = queue.SimpleQueue()

        def work() -> None:
            try:
                replies.put(self._baseline.ask(task))
            except BaseException as error:
                replies.put(error)

        threading.Thread(target=work, name=f"baseline-{self._baseline.name}", daemon=True).start()
        while not control.should_stop:
            try:
                return replies.get(timeout=control.remaining(_POLL_SECONDS))
            except queue.Empty:
                continue
        return TimeoutError("the time limit was reached")

    def _answer_of(
        self,
        question: str,
        reply: str | BaseException,
        pictures: tuple[Picture, ...],
        toolbox: Toolbox,
    ) -> Answer:
        text = reply.strip() if isinstance(reply, str) else f"{type(reply).__name__}: {reply}"
        status, reason = _status(reply)
        return Answer(
            question=question,
            text=text,
            status=status,
            confidence=float(status == "answered"),  # baselines give none
            stop_reason=reason,
            evidence=toolbox.evidence(),
            pictures=pictures,
            results=tuple(toolbox.results),
            model=self._server.model,
            pack=self._baseline.name,
        )


def _status(reply: str | BaseException) -> tuple[Status, StopReason]:
    if isinstance(reply, TimeoutError):
        return "failed", "deadline"
    if isinstance(reply, BaseException):
        return "failed", "error"
    return ("declined", "unsupported") if declines(reply) else ("answered", "accepted")
