"""A peer in the place of the assistant, so that runs, limits, scores and reports are the same."""

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
from .baseline import Peer, Server, Sitting, declines, instructions, put
from .experts import Toolbox
from .usage import Meter

if TYPE_CHECKING:
    from ...agent.assistant import Given
    from ...agent.backends.base import ChatModel
    from ...agent.indexes import Indexed
    from ...agent.run import Emit
    from ...agent.state import Turn
    from ...settings import Settings

_LOOK = 0.05
"""Seconds between two looks at the stop button."""


class StandIn(Assistant):
    """Asks a peer; what goes wrong in it becomes an answer with status "failed".

    Args:
        settings: whose limits hold for the peer, too.
        model: for the base class; the peer asks its server by itself.
        peer: whom to ask.
        server: where the model is.
        tools: the experts.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        model: ChatModel,
        peer: Peer,
        server: Server,
        tools: Mapping[str, Tool],
    ) -> None:
        super().__init__(settings, model=model)
        self.tools = dict(tools)
        self._peer, self._server = peer, server
        self._way = httpx.HTTPTransport(retries=0)
        self._read = ResultCache()

    def warm(self) -> None:
        """Import the peer's library."""
        self._peer.load()

    def close(self) -> None:
        """Give back what was opened."""
        self._way.close()
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
    ) -> Answer:
        """The peer's answer to a question about pictures; it tells of no events.

        Raises:
            BadInput: a picture cannot be used.
            UsageError: documents or a conversation were given; peers have neither.
        """
        if index is not None or session is not None or history:
            raise UsageError("peers are asked single questions about pictures")
        pictures = self._load(images)
        control = control or Control(self.settings.limits.seconds)
        meter, started = Meter(self._way, control), time.monotonic()
        toolbox = self._toolbox(pictures, control)
        with httpx.Client(transport=meter, trust_env=False) as client:
            sitting = self._sitting(question, pictures, toolbox, client)
            said = self._wait(sitting, control)
        usage = meter.usage(len(toolbox.results), time.monotonic() - started)
        return self._answer_of(question, said, pictures, toolbox).model_copy(
            update={"usage": usage}
        )

    def _toolbox(self, pictures: tuple[Picture, ...], control: Control) -> Toolbox:
        context = Context(pictures=pictures, store=self.store, control=control)
        return Toolbox(self.tools, context, self.settings.limits.tool_seconds, self._read)

    def _sitting(
        self,
        question: str,
        pictures: tuple[Picture, ...],
        toolbox: Toolbox,
        client: httpx.Client,
    ) -> Sitting:
        return Sitting(
            question=put(question, pictures),
            instructions=instructions(self._server),
            pictures=pictures if self._server.sees_images else (),
            store=self.store,
            toolbox=toolbox,
            server=self._server,
            client=client,
            calls=self.settings.limits.model_calls,
            tokens=self.settings.limits.answer_tokens,
        )

    def _wait(self, sitting: Sitting, control: Control) -> str | BaseException:
        """What the peer said, or what went wrong.

        One that does not come back in time is left alone; without a way to the server it ends soon.
        """
        said: queue.SimpleQueue[str | BaseException] = queue.SimpleQueue()

        def work() -> None:
            try:
                said.put(self._peer.ask(sitting))
            except BaseException as error:
                said.put(error)

        threading.Thread(target=work, name=f"peer-{self._peer.name}", daemon=True).start()
        while not control.should_stop:
            try:
                return said.get(timeout=control.remaining(_LOOK))
            except queue.Empty:
                continue
        return TimeoutError("the time limit was reached")

    def _answer_of(
        self,
        question: str,
        said: str | BaseException,
        pictures: tuple[Picture, ...],
        toolbox: Toolbox,
    ) -> Answer:
        text = said.strip() if isinstance(said, str) else f"{type(said).__name__}: {said}"
        status, reason = _status(said)
        return Answer(
            question=question,
            text=text,
            status=status,
            confidence=float(status == "answered"),  # peers give none
            stop_reason=reason,
            evidence=toolbox.evidence(),
            pictures=pictures,
            results=tuple(toolbox.results),
            model=self._server.model,
            pack=self._peer.name,
        )


def _status(said: str | BaseException) -> tuple[Status, StopReason]:
    if isinstance(said, TimeoutError):
        return "failed", "deadline"
    if isinstance(said, BaseException):
        return "failed", "error"
    return ("declined", "unsupported") if declines(said) else ("answered", "accepted")
