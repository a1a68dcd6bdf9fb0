"""What stands before the page: who comes in, how much they may send, and what their browser may load.

A plain ASGI middleware, so that streams pass through it unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ...settings import PageLimits
from .auth import COOKIE, People, new_token

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN = "/login"
_YEAR = 365 * 24 * 3600
_FORM_BYTES = 2**20
_OPEN_PATHS = (LOGIN, "/favicon.ico")
_HEADERS = {
    # Nothing is ever loaded from, or sent to, another place: not by a message, not by Gradio.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self' data: blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
}


class TooLarge(Exception):
    """A body went on beyond what it may have."""


class Door:
    """Lets people in.

    Args:
        app: what is behind it.
        people: who is who.
        limits: how much may be sent.
        hosts: names this server may be called by; others are refused, since a page elsewhere could
            point its own name at this machine (DNS rebinding). Empty: every name.
        elsewhere: beginnings of paths that have guards of their own.
    """

    def __init__(
        self,
        app: ASGIApp,
        people: People,
        limits: PageLimits,
        hosts: Sequence[str] = (),
        elsewhere: Sequence[str] = (),
    ) -> None:
        self._app, self._people, self._limits = app, people, limits
        self._hosts, self._elsewhere = frozenset(hosts), tuple(elsewhere)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, send to the login, or pass on."""
        if scope["type"] != "http" or scope["path"].startswith(self._elsewhere or ("\0",)):
            await self._app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _say(send, *refusal)
            return
        owner = self._people.owner(cookies_of(headers))
        cookie = None
        if owner is None and self._people.closed and scope["path"] not in _OPEN_PATHS:
            if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
                await _say(send, 303, "log in first", {"location": LOGIN})
            else:
                await _say(send, 401, "log in first")
            return
        if owner is None and not self._people.closed:
            cookie = new_token()
        await self._pass(scope, receive, send, cookie)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, cookie: str | None) -> None:
        left, began = self._allowed(scope["path"]), False

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        async def dressed(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                more = dict(_HEADERS)
                if cookie is not None:
                    more["set-cookie"] = cookie_line(cookie, secure=scope["scheme"] == "https")
                message["headers"] = [
                    *message.get("headers", []),
                    *((k.encode(), v.encode()) for k, v in more.items()),
                ]
            await send(message)

        try:
            await self._app(scope, counted, dressed)
        except TooLarge:
            if not began:
                await _say(send, 413, "this is more than may be sent at once")

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if self._hosts and _bare(host) not in self._hosts:
            return 421, "this server is not called so"
        origin = headers.get("origin", "")
        if scope["method"] != "GET" and origin and urlsplit(origin).netloc != host:
            return 403, "this came from another site"
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return 400, "the length of this request is no number"
        if int(length) > self._allowed(scope["path"]):
            return 413, "this is more than may be sent at once"
        return None

    def _allowed(self, path: str) -> int:
        """Bytes a body may have: files are large, everything else is small."""
        if path.rstrip("/").endswith("/gradio_api/upload"):
            return self._limits.upload_bytes * self._limits.files + _FORM_BYTES
        return _FORM_BYTES


def cookies_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The cookies of a request; none where they are malformed."""
    try:
        return {k: v.value for k, v in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def cookie_line(token: str, *, secure: bool, seconds: int = _YEAR) -> str:
    """A cookie that scripts cannot read and other sites cannot use."""
    line = f"{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    return f"{line}; Secure" if secure else line


def _bare(host: str) -> str:
    """A host without its port."""
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


async def _say(
    send: Send, status: int, words: str, headers: Mapping[str, str] | None = None
) -> None:
    body = words.encode()
    every = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(body)),
        **_HEADERS,
        **(headers or {}),
    }
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(k.encode(), v.encode()) for k, v in every.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})
