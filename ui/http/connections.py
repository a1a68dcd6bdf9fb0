"""Connections: who says nothing is hung up on, and only requests in progress count towards the limit.

uvicorn waits for ever for the head of a request, and its `limit_concurrency` counts connections that
say nothing, so a hundred of them shut everybody else out.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

from .errors import Render, TooBusy

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HEAD_SECONDS = 10.0
"""For the head of a request to arrive."""
MOST_CONNECTIONS = 512
"""Open at once; one more, and the one that has said nothing for longest is hung up on."""


class TimedHeadProtocol(H11Protocol):
    """HTTP/1.1 with a time limit for the head of each request."""

    head_seconds = HEAD_SECONDS
    most_connections = MOST_CONNECTIONS
    _hang_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head, not for ever."""
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > self.most_connections:
            silent = [c for c in self.connections if isinstance(c, TimedHeadProtocol) and c.silent]
            min(silent, key=lambda c: c.since, default=self).hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Once a head is there, its request has limits of its own."""
        super().handle_events()
        if not self.silent:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Wait for the next head."""
        self._await_head()
        super().on_response_complete()

    @property
    def silent(self) -> bool:
        """Whether no request is in progress."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def since(self) -> float:
        """When it began to be waited for."""
        return self._hang_up.when() if self._hang_up is not None else float("inf")

    def hang_up(self) -> None:
        """Close it, unless a request is in progress."""
        if self.silent and not self.transport.is_closing():
            self.transport.close()

    def _await_head(self) -> None:
        self._stop_waiting()
        self._hang_up = self.loop.call_later(self.head_seconds, self.hang_up)

    def _stop_waiting(self) -> None:
        if self._hang_up is not None:
            self._hang_up.cancel()
            self._hang_up = None


class RequestsInProgress:
    """Refuses requests while too many are in progress.

    Args:
        app: what is behind it.
        most: requests at once.
        render: answers with an error, in the server's own protocol.
    """

    def __init__(self, app: ASGIApp, most: int, render: Render) -> None:
        self._app, self._most, self._render = app, most, render
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that there are too many."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._count >= self._most:
            response = self._render(TooBusy())
            response.headers["connection"] = "close"
            await response(scope, receive, send)
        else:
            self._count += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._count -= 1
