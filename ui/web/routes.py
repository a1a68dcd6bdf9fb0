"""The page's own addresses, beside Gradio's: pictures by hash, views, downloads, the login.

Everything asks first whose it is; what belongs to somebody else is not found.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import BadInput, UsageError
from ...media.store import Store
from ...schema import Picture
from .auth import COOKIE, LOGIN_SECONDS, Authentication
from .conversation import as_json, as_markdown
from .history import ChatHistory
from .html.escaping import plain
from .middleware import LOGIN, cookie_line
from .viewer import Viewer

if TYPE_CHECKING:
    from fastapi import APIRouter, Request, Response

_SHA256 = re.compile(r"[0-9a-f]{64}")
_KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_FOREVER = "private, max-age=604800, immutable"
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


def make_router(
    authentication: Authentication,
    history: ChatHistory,
    store: Store,
    viewer: Viewer,
    examples: Sequence[Picture] = (),
) -> APIRouter:
    """Routes below /see, and /login and /logout; `examples` are everybody's to see."""
    from fastapi import APIRouter, Response
    from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

    router = APIRouter(include_in_schema=False)

    shared = {p.sha256: p for p in examples}

    async def picture(request: Request) -> Response:
        owner = authentication.owner(request.cookies)
        sha256 = request.path_params["sha256"]
        known = shared.get(sha256)
        if known is None and owner and _SHA256.fullmatch(sha256):
            known = history.picture(owner, sha256)
        if known is None:
            return missing()
        try:
            path = store.path(known)
        except BadInput as error:
            return missing(str(error))
        headers = {"cache-control": _FOREVER, "content-disposition": "inline"}
        return FileResponse(path, media_type=_KINDS[known.format], headers=headers)

    async def respond(request: Request, make: Callable[[str], str], **how: Any) -> Response:
        owner = authentication.owner(request.cookies)
        if owner is None:
            return missing()
        try:
            made = await asyncio.to_thread(make, owner)
        except (BadInput, UsageError) as error:
            return missing(str(error))
        return HTMLResponse(made, headers={"cache-control": "no-store"}, **how)

    async def linked(request: Request) -> Response:
        given = request.path_params
        return await respond(
            request,
            lambda owner: viewer.linked(owner, given["chat"], given["number"], given["which"]),
        )

    async def page(request: Request) -> Response:
        query = request.query_params
        number = query.get("page", "")
        if not number.isdigit() or len(number) > 6:
            return missing()
        words = query.get("words", "")[:500]
        return await respond(
            request, lambda owner: viewer.page(owner, query.get("document", ""), int(number), words)
        )

    async def export(request: Request) -> Response:
        chat, kind = request.path_params["chat"], request.path_params["kind"]
        form, media = {
            "md": (as_markdown, "text/markdown; charset=utf-8"),
            "json": (as_json, "application/json"),
        }.get(kind, (None, ""))
        if form is None:
            return missing()

        def make(owner: str) -> str:
            return form(history.title(owner, chat), history.exchanges(owner, chat))

        response = await respond(request, make, media_type=media)
        if response.status_code == 200:
            response.headers["content-disposition"] = (
                f'attachment; filename="looktwice-chat.{kind}"'
            )
        return response

    async def login(request: Request) -> Response:
        if not authentication.required:
            return RedirectResponse("/", 303)
        if request.method == "GET":
            return HTMLResponse(_LOGIN_PAGE % "")
        form = await request.form()
        name, password = (form.get(field) for field in ("name", "password"))
        host = request.client.host if request.client else ""
        try:
            if not isinstance(name, str) or not isinstance(password, str):
                raise UsageError("give a name and a password")
            token = await asyncio.to_thread(authentication.log_in, name, password, host)
        except UsageError as error:
            alert = f'<p role="alert">{plain(str(error)[:1].upper() + str(error)[1:])}.</p>'
            return HTMLResponse(_LOGIN_PAGE % alert, status_code=403)
        response = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        response.headers["set-cookie"] = cookie_line(token, secure=secure, seconds=LOGIN_SECONDS)
        return response

    async def logout(request: Request) -> Response:
        if (
            not authentication.required
        ):  # without passwords the cookie is all that leads to one's chats
            return RedirectResponse("/", 303)
        authentication.log_out(request.cookies)
        response = RedirectResponse(LOGIN, 303)
        response.delete_cookie(COOKIE)
        return response

    def missing(words: str = "there is nothing here") -> Response:
        return Response(words, status_code=404, media_type="text/plain")

    for path, handler in {
        "/see/picture/{sha256}": picture,
        "/see/chat/{chat}/{number:int}/{which}": linked,
        "/see/page": page,
        "/see/export/{chat}/{kind}": export,
    }.items():
        router.add_route(path, handler, methods=["GET"])
    router.add_route("/login", login, methods=["GET", "POST"])
    router.add_route("/logout", logout, methods=["POST"])
    return router
