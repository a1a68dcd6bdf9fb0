"""Uploads belong to who sent them: nobody else reads them, asks with them, or makes Gradio fetch others.

Gradio serves `file=` to anybody who knows a path, takes any path of its folder in a question, and
fetches what is given as an address, for anybody and whether offline or not. This stands before it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..http.errors import RequestError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_API = "/gradio_api/"
_FILE = re.compile(r"/(?:gradio_api/)?file=")
_CLOSED = re.compile(r"/(?:gradio_api/)?(?:proxy=|file/|stream/|deep_link|process_recording|vibe-)")
"""What Gradio offers beside that this page does not use."""
_MOST_KEPT = 10_000
_MOST_REPLY = 2**20
_MOST_DRAINED = 2**20
_DEEPEST = 50


class OwnUploads:
    """Lets each user reach their own uploads only.

    Args:
        app: Gradio and what stands beside it.
        most: bytes of all uploads that were not used yet.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = app, most
        self._owners: OrderedDict[str, set[str]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send, owner: str | None) -> None:
        """Pass a request of a user on.

        Raises:
            RequestError: it names a file that is none of theirs, or an address.
        """
        path = scope["path"]
        if _CLOSED.match(path):
            raise RequestError("this is not to be had here", 404)
        if found := _FILE.match(path):
            self._check(path[found.end() :], owner)
        elif path.rstrip("/") == f"{_API}upload":
            if owner is None:
                raise RequestError("open the page first: uploads belong to who sends them", 403)
            try:
                await asyncio.to_thread(self._check_room)
            except RequestError:
                await _drain(receive)
                raise
            send = self._noting(send, owner)
        elif scope["method"] == "POST" and path.startswith(_API):
            body = await _whole(receive)
            for named in _files_in(body):
                self._check(named, owner)
            receive = _again(body, receive)
        await self._app(scope, receive, send)

    def note(self, path: str, owner: str) -> None:
        """Remember whose an upload is."""
        self._owners.setdefault(os.path.abspath(path), set()).add(owner)
        while len(self._owners) > _MOST_KEPT:
            self._owners.popitem(last=False)

    def _check(self, path: str, owner: str | None) -> None:
        try:
            owners = self._owners.get(os.path.abspath(path), set())
        except ValueError:  # a NUL in it
            owners = set()
        if owner is None or owner not in owners:
            raise RequestError("this is not among your uploads; add the file again", 404)

    def _check_room(self) -> None:
        """Refuse where those that nobody used yet fill their room; they go after a while."""
        for path in [path for path in list(self._owners) if not os.path.exists(path)]:
            self._owners.pop(path, None)
        if sum(map(_size, list(self._owners))) > self._most:
            raise RequestError("there is no room for uploads now; try again later", 413)

    def _noting(self, send: Send, owner: str) -> Send:
        """`send` that learns from Gradio's reply where it put an upload."""
        reply = bytearray()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.body" and len(reply) < _MOST_REPLY:
                reply.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    for path in _paths_of(bytes(reply)):
                        self.note(path, owner)
            await send(message)

        return sending


async def _drain(receive: Receive) -> None:
    """Read on a little: a connection that is closed over unread bytes loses the answer, too."""
    read, more = 0, True
    while more and read < _MOST_DRAINED:
        message = await receive()
        read += len(message.get("body", b""))
        more = message.get("more_body", False)


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _paths_of(reply: bytes) -> list[str]:
    try:
        paths = json.loads(reply)
    except ValueError:
        return []
    return [p for p in paths if isinstance(p, str)] if isinstance(paths, list) else []


def _files_in(body: bytes) -> Iterator[str]:
    """Every path and address that a call names, wherever it stands.

    Raises:
        RequestError: it is no JSON, or too deep to look through.
    """
    try:
        yield from _named(json.loads(body), _DEEPEST) if body.strip() else ()
    except (ValueError, RecursionError):
        raise RequestError("this is no JSON that can be read", 400) from None


def _named(value: Any, deepest: int) -> Iterator[str]:
    if not deepest:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        if isinstance(path := value.get("path"), str):
            yield path
        elif isinstance(url := value.get("url"), str) and not url.startswith("data:"):
            yield url
        value = value.values()
    if not isinstance(value, str | bytes | int | float | None):
        for inside in value:
            yield from _named(inside, deepest - 1)


async def _whole(receive: Receive) -> bytes:
    """A request's body; the guard before bounds it."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive` that gives the body once more, then whatever comes after it."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
