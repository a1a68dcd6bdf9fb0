"""Connections that say nothing, or half a head, keep nobody out."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from looktwice.ui.http.connections import RequestsInProgress, TimedHeadProtocol
from looktwice.ui.http.errors import RequestError
from starlette.responses import PlainTextResponse

from ..api_kit import listening

HALF = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


class Hasty(TimedHeadProtocol):
    """Waits a moment only, and for a few."""

    head_seconds = 0.3
    most_connections = 20


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await PlainTextResponse("here")(scope, receive, send)


async def slow(scope: Any, receive: Any, send: Any) -> None:
    """Answers long after the time for a head."""
    if scope["type"] == "http":
        await asyncio.sleep(3 * Hasty.head_seconds)
        await app(scope, receive, send)


@pytest.fixture
def address() -> Iterator[str]:
    with listening(app, http=Hasty) as found:
        yield found


def connect(address: str, said: bytes = b"") -> socket.socket:
    parts = urlsplit(address)
    made = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)
    made.sendall(said)
    return made


@pytest.mark.parametrize("said", [b"", b"G", HALF])
def test_who_says_nothing_is_hung_up_on(address: str, said: bytes) -> None:
    with connect(address, said) as silent:
        assert silent.recv(100) == b""


def test_after_an_answer_the_next_head_has_its_time_too(address: str) -> None:
    with connect(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as made:
        heard = b""
        while not heard.endswith(b"here"):
            heard += made.recv(1000)
        made.sendall(HALF)
        assert made.recv(100) == b""


def test_a_request_in_progress_is_not_hung_up_on() -> None:
    with listening(slow, http=Hasty) as address:
        assert httpx.get(address).text == "here"


def test_many_silent_connections_keep_nobody_out() -> None:
    class Patient(Hasty):
        head_seconds = 60.0

    with ExitStack() as stack, listening(app, http=Patient) as address:
        silent = [stack.enter_context(connect(address, HALF)) for _ in range(90)]
        assert httpx.get(address).text == "here"
        assert silent[0].recv(100) == b""  # the first had said nothing for longest


def test_more_requests_than_a_server_takes_are_told_so() -> None:
    def render(error: RequestError) -> Any:
        return PlainTextResponse(str(error), error.status)

    async def main() -> list[int]:
        bounded = RequestsInProgress(slow, 2, render)
        transport = httpx.ASGITransport(app=bounded)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            replies = await asyncio.gather(*[client.get("/") for _ in range(4)])
            later = await client.get("/")
        return [reply.status_code for reply in (*replies, later)]

    assert sorted(asyncio.run(main())) == [200, 200, 200, 503, 503]
