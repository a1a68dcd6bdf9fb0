"""Files by address: only from the public internet, however an address is dressed up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import BadInput
from looktwice.settings import ServeLimits
from looktwice.ui.http.fetching import AddressNotAllowed, FileFetcher, is_public
from looktwice.ui.openai_server.app import make_app
from starlette.responses import Response, StreamingResponse

from ...agent import kit
from ..api_kit import client, listening

PICTURE = kit.picture(3)
LIMITS = ServeLimits(remote_bytes=100_000, remote_seconds=2)


def names(**known: str) -> Callable[[str, int], Awaitable[list[str]]]:
    """A name server that knows these names (dots written as _), and addresses as they are."""

    async def resolve(host: str, port: int) -> list[str]:
        found = known.get(host.replace(".", "_"), host if host[0].isdigit() or ":" in host else "")
        if not found:
            raise OSError("unknown")
        return found.split()

    return resolve


def fetch(url: str, allowed: Callable[[str], bool] = is_public, **known: str) -> bytes:
    return asyncio.run(FileFetcher(LIMITS, names(**known), allowed)(url))


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.8.8.8 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1
    192.0.0.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1
    ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1::1 2001::1
    fec0::1 not-an-address""".split(),
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111"])
def test_addresses_that_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.png",
        "http://[::1]/x.png",
        "http://[::ffff:127.0.0.1]/x.png",
        "https://10.0.0.7:8443/x.png",
        "http://inside.example/x.png",
        "http://mixed.example/x.png",
        "http://169.254.169.254/latest/meta-data",
        "http://user:word@public.example/x.png",
        "http://user@public.example/x.png",
        "ftp://public.example/x.png",
        "file:///etc/passwd",
        "http:///x.png",
        "http://public.example:0/x.png",
        "http://public.example:99999/x.png",
    ],
)
def test_forbidden_addresses_are_never_connected_to(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(*args: Any, **how: Any) -> Any:
        pytest.fail("a connection was opened")

    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)
    known: dict[str, Any] = {
        "inside_example": "192.168.0.9",
        "mixed_example": "93.184.215.14 127.0.0.1",
        "public_example": "93.184.215.14",
    }
    with pytest.raises(AddressNotAllowed):
        fetch(url, **known)


@pytest.mark.parametrize("host", ["a" * 70, "a..b", "nothing.invalid"])
def test_names_that_cannot_be_looked_up(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def known(name: str, *args: Any, **how: Any) -> Any:
        name.encode("idna")
        raise OSError("unknown")

    monkeypatch.setattr("socket.getaddrinfo", known)
    with pytest.raises(BadInput, match="there is no host"):
        asyncio.run(FileFetcher(LIMITS)(f"http://{host}/x.png"))


def test_the_address_that_was_checked_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server that answers "public" first and "loopback" from then on gains nothing."""
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    reached: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async def connect(self: Any, host: str, port: int, *args: Any, **how: Any) -> Any:
        reached.append(host)
        raise OSError("no network in tests")

    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)
    with pytest.raises(BadInput, match="cannot be reached"):
        asyncio.run(FileFetcher(LIMITS, rebinding)("http://rebinding.example/x.png"))
    assert reached == ["93.184.215.14"]
    assert len(answers) == 1


async def far_away(scope: Any, receive: Any, send: Any) -> None:
    """A web server with pictures and traps."""
    if scope["type"] != "http":
        return
    port = scope["server"][1]
    redirects = {
        "/moved": f"http://public.example:{port}/x.png",
        "/inside": f"http://inside.example:{port}/x.png",
        "/loopback": "http://[::1]:1/x.png",
        "/file": "file:///etc/passwd",
        "/round": "/round",
        "/nowhere": "",
    }

    async def endless() -> Any:
        while True:
            yield b"x" * 10_000
            await asyncio.sleep(0)

    async def slow() -> Any:
        yield PICTURE[:10]
        await asyncio.sleep(60)

    path = scope["path"]
    response = Response(PICTURE, media_type="image/png")
    if path in redirects:
        response = Response(status_code=302, headers={"location": redirects[path]})
    elif path == "/endless":
        response = StreamingResponse(endless())
    elif path == "/slow":
        response = StreamingResponse(slow())
    elif path != "/x.png":
        response = Response(status_code=404)
    await response(scope, receive, send)


def public_here(address: str) -> bool:
    """For these tests 127.0.0.1 plays the internet, and 127.0.0.2 somebody's network."""
    return address == "127.0.0.1"


def from_far(path: str, address: str) -> bytes:
    port = address.rpartition(":")[2]
    known = {"public_example": "127.0.0.1", "inside_example": "127.0.0.2"}
    return fetch(f"http://public.example:{port}{path}", public_here, **known)


def test_pictures_and_redirects_between_public_hosts() -> None:
    with listening(far_away) as address:
        assert from_far("/x.png", address) == PICTURE
        assert from_far("/moved", address) == PICTURE


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/inside", "inside.example is not on the public internet"),
        ("/loopback", "::1 is not on the public internet"),
        ("/file", "a redirect must be http"),
        ("/round", "more than 3 redirects"),
        ("/nowhere", "more than 3 redirects"),
        ("/lost", "answered 404"),
        ("/endless", "larger than"),
        ("/slow", "did not deliver the file in 2 s"),
    ],
)
def test_what_goes_wrong_is_told(path: str, why: str) -> None:
    with listening(far_away) as address, pytest.raises(BadInput, match=why):
        from_far(path, address)


def test_a_server_that_may_fetch_answers_about_it(tmp_path: Path) -> None:
    with listening(far_away) as far, kit.make_assistant(tmp_path) as assistant:
        port = far.rpartition(":")[2]
        fetcher = FileFetcher(
            LIMITS, names(public_example="127.0.0.1", inside_example="127.0.0.2"), public_here
        )
        with listening(make_app(assistant, fetch=fetcher)) as address:
            asking = client(address)

            def ask(url: str) -> Any:
                image = {"type": "image_url", "image_url": {"url": url}}
                content = [{"type": "text", "text": kit.TOTAL}, image]
                message: Any = {"role": "user", "content": content}
                return asking.chat.completions.create(model="looktwice", messages=[message])

            reply = ask(f"http://public.example:{port}/x.png")
            assert reply.choices[0].message.content == "8.20"
            with pytest.raises(Exception, match="not on the public internet"):
                ask(f"http://public.example:{port}/inside")
