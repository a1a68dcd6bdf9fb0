"""Uploads belong to who sent them, and the page fetches nothing for anybody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from looktwice.benchmarks.page_clients import PageClient
from looktwice.ui.web.session import Caller, PageSession

from ...agent.kit import picture
from .page_kit import Page, page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with page(tmp_path_factory.mktemp("own")) as made:
        yield made


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A server that is not the page, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"from elsewhere")

        do_HEAD = do_GET

        def log_message(self, *words: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/x.png", asked
    server.shutdown()
    thread.join(10)
    server.server_close()


def two_users(served: Page, work: Callable[[PageClient, PageClient], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with (
            httpx.AsyncClient(base_url=served.url, timeout=60) as one,
            httpx.AsyncClient(base_url=served.url, timeout=60) as other,
        ):
            users = PageClient(one, "one"), PageClient(other, "other")
            for user in users:
                await user.load()
            return await work(*users)

    return asyncio.run(main())


def test_only_who_sent_a_file_sees_it(served: Page) -> None:
    async def work(one: PageClient, other: PageClient) -> list[int]:
        path = (await one.upload(picture(3), "mine.png"))["path"]
        address = f"/gradio_api/file={path}"
        replies = [await one.client.get(address), await other.client.get(address)]
        async with httpx.AsyncClient(base_url=served.url) as nobody:
            replies += [await nobody.get(address), await nobody.head(address)]
        replies.append(await other.client.get(f"/gradio_api/file/{path}"))
        return [reply.status_code for reply in replies]

    assert two_users(served, work) == [200, 404, 404, 404, 404]


def test_nobody_asks_with_the_file_of_another_or_removes_it_so(served: Page) -> None:
    async def work(one: PageClient, other: PageClient) -> Path:
        file = await one.upload(picture(4), "mine.png")
        with pytest.raises(httpx.HTTPStatusError, match="404"):
            await other.ask("What is this?", [file])
        with pytest.raises(httpx.HTTPStatusError, match="404"):
            await other.call("add_documents", [[file]])
        return Path(file["path"])

    assert two_users(served, work).is_file()


@pytest.mark.parametrize("place", ["file=", "proxy="])
def test_no_address_is_fetched(served: Page, elsewhere: tuple[str, list[str]], place: str) -> None:
    address, asked = elsewhere

    async def work(one: PageClient, other: PageClient) -> list[int]:
        found = [await one.client.get(f"/gradio_api/{place}{address}")]
        found.append(await one.client.head(f"/gradio_api/{place}{address}"))
        return [reply.status_code for reply in found]

    assert two_users(served, work) == [404, 404]
    assert asked == []


@pytest.mark.parametrize("more", [{}, {"url": None}, {"meta": {"_type": "gradio.FileData"}}])
def test_no_address_in_a_question_is_fetched(
    served: Page, elsewhere: tuple[str, list[str]], more: dict[str, Any]
) -> None:
    address, asked = elsewhere
    meta = {"meta": {"_type": "gradio.FileData"}}

    async def work(one: PageClient, other: PageClient) -> None:
        for file in ({"path": address, **meta, **more}, {"url": address, **meta}):
            with pytest.raises(httpx.HTTPStatusError, match="404"):
                await one.ask("What is this?", [file])
            with pytest.raises(httpx.HTTPStatusError, match="404"):
                await one.call("attach_photo", [file, None])

    two_users(served, work)
    assert asked == []


@pytest.mark.parametrize(
    "body",
    [b"{", b"[" * 10_000 + b"]" * 10_000, b"\xff", b'{"a":' * 60 + b"1" + b"}" * 60],
    ids=["cut", "deep list", "no text", "deep object"],
)
def test_odd_bodies_are_refused_in_words(served: Page, body: bytes) -> None:
    with httpx.Client(base_url=served.url) as client:
        client.get("/")
        reply = client.post("/gradio_api/queue/join", content=body)
    assert reply.status_code == 400
    assert "JSON" in reply.text


def test_an_upload_of_nobody_is_refused(served: Page) -> None:
    with httpx.Client(base_url=served.url) as client:
        reply = client.post("/gradio_api/upload", files={"files": ("a.png", picture(1))})
    assert reply.status_code == 403


def test_uploads_that_nobody_uses_have_an_end_to_their_room(tmp_path: Path) -> None:
    with page(tmp_path, page_limits={"uploads_bytes": 1}) as served:

        async def work(one: PageClient, other: PageClient) -> list[int]:
            path = (await one.upload(picture(3)))["path"]
            full = await other.client.post("/gradio_api/upload", files={"files": ("b.png", b"x")})
            Path(path).unlink()
            free = await other.client.post("/gradio_api/upload", files={"files": ("b.png", b"x")})
            return [full.status_code, free.status_code]

        assert two_users(served, work) == [413, 200]


@pytest.mark.parametrize(
    "box", [[10**400] * 4, ["x"] * 4, [None] * 4, [float("1e309")] * 4, [[1]] * 4]
)
def test_odd_regions_change_nothing(served: Page, box: list[Any]) -> None:
    caller = Caller("visitor x", "tab")
    store, history = served.assistant.store, served.handlers.history
    stored = store.add(picture(6))
    history.add_pictures(caller.owner, [stored])
    navigation = served.handlers.navigation
    assert navigation.select_region(caller, PageSession(caller.owner), stored.sha256, box) == {}
    assert navigation.select_region(caller, PageSession(caller.owner), "f" * 64, [1, 1, 9, 9]) == {}
    assert navigation.edit(caller, PageSession(caller.owner, chat="none"), 10**9) == {}
