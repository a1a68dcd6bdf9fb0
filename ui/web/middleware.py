"""What stands before the page: the guard of all servers, cookies, and what a browser may load."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from ...settings import PageLimits
from ..http.errors import RequestError, WrongHost
from ..http.guard import Guard
from .auth import COOKIE, Authentication, new_token
from .own_uploads import OwnUploads

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN = "/login"
_YEAR = 365 * 24 * 3600
_FORM_BYTES = 2**20
_OPEN_PATHS = (LOGIN, "/favicon.ico")
_SECURITY_HEADERS = {
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


class PageMiddleware:
    """Lets users in, each with a cookie.

    Args:
        app: what is behind it.
        authentication: who is who.
        limits: how much may be sent.
        hosts: names this server may be called by, as `Guard` takes them.
        unguarded: beginnings of paths that have guards of their own.
    """

    def __init__(
        self,
        app: ASGIApp,
        authentication: Authentication,
        limits: PageLimits,
        hosts: Collection[str] = (),
        unguarded: Sequence[str] = (),
    ) -> None:
        self._app, self._authentication, self._limits = app, authentication, limits
        self._uploads = OwnUploads(app, limits.uploads_bytes)
        self._unguarded = tuple(unguarded)
        self._guard = Guard(
            self._authenticated,
            render=render_error,
            max_bytes=self._max_bytes,
            hosts=hosts,
            same_origin=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, send to the login, or pass on."""
        if scope["type"] != "http" or scope["path"].startswith(self._unguarded or ("\0",)):
            await self._app(scope, receive, send)
        else:
            await self._guard(scope, receive, _with_headers(send, _SECURITY_HEADERS))

    async def _authenticated(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on whoever is known; anybody becomes known where no login is required."""
        headers = Headers(scope=scope)
        owner = self._authentication.owner(cookies_of(headers))
        if owner is None:
            if not self._authentication.required:
                cookie = cookie_line(new_token(), secure=scope["scheme"] == "https")
                send = _with_headers(send, {"set-cookie": cookie})
            elif scope["path"] not in _OPEN_PATHS:
                await _login_first(scope["method"], headers)(scope, receive, send)
                return
        await self._uploads(scope, receive, send, owner)

    def _max_bytes(self, path: str) -> int:
        """Bytes a body may have: files are large, everything else is small."""
        if path.rstrip("/").endswith("/gradio_api/upload"):
            return self._limits.upload_bytes * self._limits.files + _FORM_BYTES
        return _FORM_BYTES


def render_error(error: RequestError) -> Response:
    """An error as a browser shows it."""
    status = 421 if isinstance(error, WrongHost) else error.status
    return PlainTextResponse(str(error), status)


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


def _login_first(method: str, headers: Mapping[str, str]) -> Response:
    """To the login where somebody reads it, a refusal where a program does."""
    if method == "GET" and "text/html" in headers.get("accept", ""):
        return RedirectResponse(LOGIN, 303)
    return PlainTextResponse("log in first", 401)


def _with_headers(send: Send, more: Mapping[str, str]) -> Send:
    """`send` that adds headers to the response."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in more.items():
                headers.append(name, value)
        await send(message)

    return sending
