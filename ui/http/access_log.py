"""Each request by name: an id for caller and log, a line in the log, figures for Prometheus."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .api_keys import KEY_NUMBER
from .errors import InternalError, Render
from .logs import log_event
from .metrics import Metrics

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = "looktwice.request_id"
"""Where the ASGI scope holds the request's id."""


@dataclass
class _LoggedRequest:
    """One request on its way through."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    began: float = field(default_factory=time.monotonic)
    status: int = 0


class AccessLog:
    """Logs and counts every request; one that fails by our fault is answered with its id.

    Args:
        app: what is behind it.
        metrics: counts requests.
        routes: paths that are told apart; all others count as one.
        render: answers with an error, in the server's own protocol.
    """

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, routes: Collection[str], render: Render
    ) -> None:
        self._app, self._metrics, self._render = app, metrics, render
        self._routes = frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _LoggedRequest()
        scope[REQUEST_ID] = request.id

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = message["status"]
                name = (b"x-request-id", request.id.encode())
                message = {**message, "headers": [*message.get("headers", ()), name]}
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        except Exception:
            log_event("the request failed", logging.ERROR, exc_info=True, id=request.id)
            if not request.status:
                response = self._render(InternalError(request.id))
                await response(scope, receive, send_named)
        finally:
            self._note(scope, request)

    def _note(self, scope: Scope, request: _LoggedRequest) -> None:
        seconds = time.monotonic() - request.began
        route = scope["path"] if scope["path"] in self._routes else "other"
        self._metrics.request(route, request.status, seconds)
        log_event(
            "request",
            logging.INFO if request.status < 500 else logging.WARNING,
            id=request.id,
            method=scope["method"],
            route=route,
            status=request.status,
            seconds=round(seconds, 3),
            key=scope.get(KEY_NUMBER),
        )
