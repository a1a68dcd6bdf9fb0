"""Logging in and out: a form, and the cookie it leads to."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ...errors import UsageError
from .auth import COOKIE, LOGIN_SECONDS, Authentication
from .html.escaping import plain
from .login_attempts import MOST_AT_ONCE
from .middleware import LOGIN, cookie_line
from .session import error_sentence

_LOGIN_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Looktwice</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;
place-items:center;min-height:100vh;background:light-dark(#f7f6f3,#161719);
color:light-dark(#23262b,#e8e6e1)}form{width:min(20rem,88vw);display:grid;gap:.8rem}
h1{font-size:1.3rem;margin:0 0 .4rem}label{display:grid;gap:.25rem;font-size:.9rem}
input,button{font:inherit;padding:.6rem .7rem;border-radius:.5rem;border:1px solid #8886;
background:light-dark(#fff,#1f2124);color:inherit}button{background:#1f5fbf;color:#fff;border:0;
font-weight:600;cursor:pointer}p{margin:0;color:light-dark(#b3261e,#f2b8b5)}</style></head>
<body><form method="post" action="/login"><h1>Looktwice</h1>%s
<label>Name<input name="name" autocomplete="username" required autofocus></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required>
</label><button>Log in</button></form></body></html>"""


def add_login_routes(router: APIRouter, authentication: Authentication) -> None:
    """/login and /logout."""
    routes = _LoginRoutes(authentication)
    router.add_route(LOGIN, routes.login, methods=["GET", "POST"])
    router.add_route("/logout", routes.logout, methods=["POST"])


@dataclass(frozen=True)
class _LoginRoutes:
    """What the routes do."""

    authentication: Authentication
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(MOST_AT_ONCE + 1, "looktwice-login")
    )
    """Those of the page are for questions; guessing must not take them."""

    async def login(self, request: Request) -> Response:
        """Show the form, or take what it holds."""
        if not self.authentication.required:
            return RedirectResponse("/", 303)
        if request.method == "GET":
            return HTMLResponse(_LOGIN_PAGE % "")
        try:
            token = await self._token(request)
        except UsageError as error:
            alert = f'<p role="alert">{plain(error_sentence(error))}</p>'
            return HTMLResponse(_LOGIN_PAGE % alert, status_code=403)
        response = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        response.headers["set-cookie"] = cookie_line(token, secure=secure, seconds=LOGIN_SECONDS)
        return response

    async def logout(self, request: Request) -> Response:
        """Make the cookie worthless."""
        if not self.authentication.required:  # the cookie is all that leads to one's chats
            return RedirectResponse("/", 303)
        self.authentication.log_out(request.cookies)
        response = RedirectResponse(LOGIN, 303)
        response.delete_cookie(COOKIE)
        return response

    async def _token(self, request: Request) -> str:
        """The cookie for the name and password of the form; UsageError where they do not fit."""
        form = await request.form()
        name, password = form.get("name"), form.get("password")
        if not isinstance(name, str) or not isinstance(password, str):
            raise UsageError("give a name and a password")
        host = request.client.host if request.client else ""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self.threads, self.authentication.log_in, name, password, host
        )
