"""The door of a server: who may come in, how large a request may be, and the log of it.

A plain ASGI wrapper, so that the OpenAI-compatible server and the MCP server have the same door.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from ...settings import ServeLimits
from ..openai_server.protocol import Refused
from .api_keys import Keys
from .logs import tell
from .metrics import Metrics

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

VISIT = "looktwice.visit"
"""Where the ASGI scope holds the request's name."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass
class _Visit:
    """One request on its way through."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    began: float = field(default_factory=time.monotonic)
    key: int | None = None
    status: int = 0


class Guard:
    """Checks host, key and size of every request before the application sees it.

    Args:
        app: the application.
        keys: who may ask.
        limits: of a request's body.
        metrics: counts requests.
        routes: paths that are told apart in metrics; all others count as one.
        open_paths: what needs no key.
        local: only names of this machine may stand in the Host header, so that no web page can
            reach the server by a name of its own (DNS rebinding).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: Keys,
        limits: ServeLimits,
        metrics: Metrics,
        routes: Collection[str],
        open_paths: Collection[str] = (),
        local: bool = True,
    ) -> None:
        self._app, self._keys, self._limits, self._metrics = app, keys, limits, metrics
        self._routes, self._open = frozenset(routes), frozenset(open_paths)
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it with what is wrong."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit()
        scope[VISIT] = visit.id
        send = _counted(send, visit)
        try:
            self._admit(scope, visit)
            body = await self._body(scope, receive)
            await self._app(scope, _replay(body, receive), send)
        except Refused as error:
            await _refuse(error, scope, receive, send)
        except Exception:
            tell("the request failed", logging.ERROR, exc_info=True, id=visit.id)
            if not visit.status:
                await _refuse(a_bug(visit.id), scope, receive, send)
        finally:
            self._note(scope, visit)

    def _admit(self, scope: Scope, visit: _Visit) -> None:
        headers = Headers(scope=scope)
        if self._local and host_name(headers.get("host", "")) not in _LOOPBACK:
            raise Refused("this server answers to names of this machine only", 403, "wrong_host")
        if self._keys and scope["path"] not in self._open:
            visit.key = self._keys.who(headers.get("authorization", ""))
            if visit.key is None:
                raise Refused(
                    "an API key is needed: send the header Authorization: Bearer KEY",
                    401,
                    "invalid_api_key",
                )

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """All of the request, within its limits."""
        length = Headers(scope=scope).get("content-length", "")
        most = self._limits.body_bytes
        if length.isdecimal() and int(length[:20]) > most:
            raise _too_large(most)
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        break
                    body += message.get("body", b"")
                    if len(body) > most:
                        raise _too_large(most)
                    if not message.get("more_body", False):
                        break
        except TimeoutError:
            raise Refused(
                f"the request did not arrive in {self._limits.body_seconds:g} seconds",
                408,
                "too_slow",
            ) from None
        return bytes(body)

    def _note(self, scope: Scope, visit: _Visit) -> None:
        seconds = time.monotonic() - visit.began
        route = scope["path"] if scope["path"] in self._routes else "other"
        self._metrics.request(route, visit.status, seconds)
        tell(
            "request",
            logging.INFO if visit.status < 500 else logging.WARNING,
            id=visit.id,
            method=scope["method"],
            route=route,
            status=visit.status,
            seconds=round(seconds, 3),
            key=visit.key,
        )


def host_name(header: str) -> str:
    """The name in a Host header, without its port: "[::1]:8000" is "::1"."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.rpartition(":")[0] if header.count(":") == 1 else header


def a_bug(visit: str) -> Refused:
    """What a caller is told when the fault is ours."""
    words = f"something went wrong here; the server's log tells more under {visit}"
    return Refused(words, 500, "internal_error")


def _too_large(most: int) -> Refused:
    return Refused(
        f"the request is larger than {most // 2**20} MiB; send fewer or smaller pictures",
        413,
        "too_large",
    )


def _counted(send: Send, visit: _Visit) -> Callable[[Message], Awaitable[None]]:
    """`send` that remembers the status and names the request to the caller."""

    async def counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            visit.status = message["status"]
            named = (b"x-request-id", visit.id.encode())
            message = {**message, "headers": [*message.get("headers", ()), named]}
        await send(message)

    return counted


def _replay(body: bytes, receive: Receive) -> Callable[[], Awaitable[Any]]:
    """`receive` that gives the whole body once and then what comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _refuse(error: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    # What was not read of the request must not be taken for the next one.
    headers = {**error.headers(), "connection": "close"}
    await JSONResponse(error.body(), error.status, headers)(scope, receive, send)
