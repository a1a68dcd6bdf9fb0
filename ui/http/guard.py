"""What stands before every server: under which name it is asked, by whose page, how much, how fast.

A plain ASGI middleware that keeps no body: streams pass through it unchanged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from .errors import BodyTooLarge, BodyTooSlow, Render, RequestError, WrongHost, WrongOrigin
from .hosts import host_name

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

EVERY_ORIGIN = "*"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


class Guard:
    """Checks host, origin, size and time of every request.

    Args:
        app: what is behind it; a `RequestError` it raises is rendered here too.
        render: answers with an error, in the server's own protocol.
        max_bytes: of a request's body, by its path.
        hosts: names the server may be called by; others are refused, since a page elsewhere could
            point its own name at this machine (DNS rebinding). Empty: every name.
        same_origin: refuse what pages of other sites send.
        origins: sites whose pages may all the same, as `https://chat.example`; * for all.
        seconds: for a request's body to arrive; None for no limit.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        render: Render,
        max_bytes: Callable[[str], int],
        hosts: Collection[str] = (),
        same_origin: bool = False,
        origins: Collection[str] = (),
        seconds: float | None = None,
    ) -> None:
        self._app, self._render, self._max_bytes = app, render, max_bytes
        self._hosts = frozenset(host.strip("[]").lower() for host in hosts)
        self._same_origin, self._seconds = same_origin, seconds
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it with what is wrong."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _BoundedBody(receive, self._max_bytes(scope["path"]), self._seconds)
        begun = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal begun
            if begun or body.error is None:  # else: what was made of half a body
                begun = True
                await send(message)

        refusal: RequestError | None = None
        try:
            self._check(scope, body.limit)
            await self._app(scope, body.receive, send_unless_refused)
        except RequestError as error:
            refusal = error
        except Exception:
            if body.error is None:
                raise
        refusal = body.error or refusal
        if refusal is not None and not begun:
            response = self._render(refusal)
            # What was not read of the request must not be taken for the next one.
            response.headers["connection"] = "close"
            await response(scope, receive, send)

    def _check(self, scope: Scope, limit: int) -> None:
        headers = Headers(scope=scope)
        names = headers.getlist("host")
        if self._hosts and (len(names) != 1 or host_name(names[0]) not in self._hosts):
            raise WrongHost
        if self._same_origin and scope["method"] not in _SAFE_METHODS:
            origin = headers.get("origin", "")
            known = {origin.lower(), EVERY_ORIGIN} & self._origins
            if origin and not known and _netloc(origin) != headers.get("host", ""):
                raise WrongOrigin
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdecimal()):
            raise RequestError("the length of this request is no number", 400, "invalid_request")
        if int(length[:20]) > limit:
            raise BodyTooLarge(limit)


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as "http://["
        return ""


class _BoundedBody:
    """A request's body on its way in.

    Attributes:
        error: why no more of it is taken.
    """

    def __init__(self, receive: Receive, limit: int, seconds: float | None) -> None:
        self.limit = limit
        self.error: RequestError | None = None
        self._receive, self._seconds = receive, seconds
        self._left, self._complete = limit, False
        self._deadline: float | None = None

    async def receive(self) -> Message:
        """The next message; from its last piece on, whatever comes after the body."""
        if self._complete:
            return await self._receive()
        if self.error is not None:
            return {"type": "http.disconnect"}
        message = await self._in_time()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.error = BodyTooLarge(self.limit)
            raise self.error
        self._complete = not message.get("more_body", False)
        return message

    async def _in_time(self) -> Message:
        if self._seconds is None:
            return await self._receive()
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._receive()
        except TimeoutError:
            self.error = BodyTooSlow(self._seconds)
            raise self.error from None
