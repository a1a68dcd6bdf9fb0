"""What stands before every server: names, sites, sizes and time, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from looktwice.ui.http.errors import RequestError
from looktwice.ui.http.guard import Guard
from looktwice.ui.http.hosts import LOOPBACK
from starlette.responses import PlainTextResponse, Response

Headers = Sequence[tuple[str, str]]


def render(error: RequestError) -> Response:
    return PlainTextResponse(str(error), error.status)


async def echo_length(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads all of a body and tells how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await PlainTextResponse(str(length))(scope, receive, send)


def answer(
    headers: Headers = (("host", "localhost"),),
    pieces: Sequence[bytes] = (b"",),
    app: Any = echo_length,
    method: str = "POST",
    pause: float = 0.0,
    **how: Any,
) -> tuple[int, str, dict[bytes, bytes]]:
    """Status, words and headers of the answer to one request."""
    guard = Guard(app, render=render, max_bytes=lambda path: 10, **how)
    left = list(pieces)
    sent: list[Any] = []

    async def receive() -> Any:
        if not left:
            return {"type": "http.disconnect"}
        await asyncio.sleep(pause)
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    async def send(message: Any) -> None:
        sent.append(message)

    encoded = [(k.encode(), v.encode("latin-1")) for k, v in headers]
    scope = {"type": "http", "method": method, "path": "/", "headers": encoded}
    asyncio.run(guard(scope, receive, send))
    words = b"".join(m.get("body", b"") for m in sent).decode()
    return sent[0]["status"], words, dict(sent[0]["headers"])


@pytest.mark.parametrize("name", ["localhost", "localhost:80", "127.0.0.1:1", "[::1]:80", "[::1]"])
def test_a_server_answers_to_its_names(name: str) -> None:
    assert answer([("host", name)], hosts=LOOPBACK)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "[::1].evil:80")],
        [("host", "localhost.evil")],
        [("host", "evil")],
        [("host", "")],
        [],
        [("host", "localhost"), ("host", "evil")],
        [("host", "evil"), ("host", "localhost")],
    ],
)
def test_and_to_no_others(headers: Headers) -> None:
    status, _, sent = answer(headers, hosts=LOOPBACK)
    assert status == 403
    assert sent[b"connection"] == b"close"
    assert answer(headers)[0] == 200  # where every name is served


@pytest.mark.parametrize(
    ("origin", "method", "status"),
    [
        ("http://localhost:80", "POST", 200),
        ("http://evil", "POST", 403),
        ("http://localhost:81", "POST", 403),
        ("null", "POST", 403),
        ("http://[", "POST", 403),
        ("http://evil", "GET", 200),
    ],
)
def test_pages_of_other_sites_change_nothing(origin: str, method: str, status: int) -> None:
    headers = [("host", "localhost:80"), ("origin", origin)]
    assert answer(headers, method=method, same_origin=True)[0] == status


def test_a_body_within_its_limit_passes_in_pieces() -> None:
    assert answer(pieces=[b"x" * 5, b"x" * 5])[:2] == (200, "10")


@pytest.mark.parametrize("length", ["11", "9" * 100])
def test_too_large_a_body_is_refused_before_it_is_read(length: str) -> None:
    async def never(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("it was let in")

    headers = [("host", "localhost"), ("content-length", length)]
    assert answer(headers, app=never)[0] == 413


@pytest.mark.parametrize("length", ["-1", "x", "²", ""])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert answer([("host", "localhost"), ("content-length", length)])[0] == 400


def test_a_body_that_goes_on_is_refused_whatever_the_application_makes_of_it() -> None:
    async def swallows(scope: Any, receive: Any, send: Any) -> None:
        try:
            await echo_length(scope, receive, send)
        except RequestError:
            await PlainTextResponse("all is well")(scope, receive, send)

    for app in (echo_length, swallows):
        status, words, _ = answer(pieces=[b"x" * 6, b"x" * 6], app=app)
        assert status == 413
        assert "larger than" in words


def test_a_body_that_does_not_come_is_given_up() -> None:
    assert answer(pieces=[b"x"] * 3, pause=0.05, seconds=0.1)[0] == 408
    assert answer(pieces=[b"x"] * 3, pause=0.05)[:2] == (200, "3")


def test_an_application_that_breaks_is_not_hidden() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        answer(app=broken)
