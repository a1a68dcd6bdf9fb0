"""The MCP server, asked by the official client: in process, over HTTP, and as a child over pipes."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from looktwice.settings import ServeLimits
from looktwice.ui.http.api_keys import ApiKeys
from looktwice.ui.mcp_server.http_app import http_app
from looktwice.ui.mcp_server.server import make_server
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from ...agent import fake_index, kit
from ..api_kit import KEY, listening, own_threads, wait_until

PICTURE = kit.picture(9)
GIVEN = {"base64": base64.b64encode(PICTURE).decode()}
LEASE = fake_index.page(1, "The lease ends on 2031-03-31.", "The tenant pays monthly.")


def library() -> Any:
    return fake_index.MemoryIndex(books={"letters/lease 1.pdf": [LEASE], "../odd.pdf": [LEASE]})


def with_client(
    tmp_path: Path, use: Callable[[Client], Awaitable[Any]], *, script: Any = None, **how: Any
) -> Any:
    """What `use` returns, given a client connected to a fresh server."""
    folders = how.pop("folders", ())

    async def run() -> Any:
        with kit.make_assistant(tmp_path, script, **how) as assistant:
            async with Client(make_server(assistant, folders)) as client:
                return await use(client)

    return asyncio.run(run())


def call(tmp_path: Path, tool: str, arguments: dict[str, Any], **how: Any) -> Any:
    return with_client(tmp_path, lambda client: client.call_tool(tool, arguments), **how)


def words(result: Any) -> str:
    return "\n".join(part.text for part in result.content if part.type == "text")


def test_tools_are_listed_with_their_words(tmp_path: Path) -> None:
    listed = with_client(tmp_path, lambda client: client.list_tools(), index=library()).tools
    assert [t.name for t in listed] == [
        "ask", "detect_objects", "read_text", "look_closer", "search_documents", "open_page",
    ]  # fmt: skip
    for tool in listed:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert tool.output_schema
        for name, described in tool.input_schema["properties"].items():
            assert described.get("description"), f"{tool.name}.{name}"


def test_without_documents_there_are_no_tools_for_them(tmp_path: Path) -> None:
    listed = with_client(tmp_path, lambda client: client.list_tools()).tools
    assert [t.name for t in listed][-1] == "look_closer"


def test_ask(tmp_path: Path) -> None:
    result = call(tmp_path, "ask", {"question": kit.TOTAL, "pictures": [GIVEN]})
    assert not result.is_error
    assert words(result).startswith("8.20\n(answered, confidence 0.")
    assert "Total 8.20" in words(result)
    told = result.structured_content
    assert told["status"] == "answered"
    assert told["citations"][0]["boxes"]


def test_progress_names_the_experts(tmp_path: Path) -> None:
    told: list[str | None] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)

    with_client(
        tmp_path,
        lambda client: client.call_tool(
            "ask", {"question": kit.TOTAL, "pictures": [GIVEN]}, progress_callback=progress
        ),
    )
    assert told == ["asking read_text"]


def test_the_experts_one_by_one(tmp_path: Path) -> None:
    read = call(tmp_path, "read_text", {"picture": GIVEN})
    assert "Total 8.20" in words(read)
    assert len(read.structured_content["evidence"][0]["lines"]) == 5
    seen = call(tmp_path, "detect_objects", {"picture": GIVEN, "labels": ["person"]})
    assert "4 person" in words(seen)
    assert len(seen.structured_content["evidence"][0]["boxes"]) == 4
    look = call(tmp_path, "look_closer", {"picture": GIVEN, "box": [0, 0, 9, 9]})
    assert "mostly grey" in words(look)


def test_documents(tmp_path: Path) -> None:
    async def use(client: Client) -> Any:
        found = await client.call_tool("search_documents", {"query": "When does the lease end?"})
        page = await client.call_tool("open_page", {"document": "lease 1", "page": 1})
        lost = await client.call_tool("open_page", {"document": "lease 1", "page": 7})
        return found, page, lost

    found, page, lost = with_client(tmp_path, use, index=library())
    assert "2031-03-31" in words(found)
    evidence = found.structured_content["evidence"][0]
    assert evidence["source"]["page"] == 1
    assert evidence["boxes"][0]["frame"] == "page"
    assert [part.type for part in page.content] == ["text", "image"]
    assert base64.b64decode(page.content[1].data)[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
    assert lost.is_error
    assert "has no page 7" in words(lost)


def text_of(read: Any) -> str:
    return str(read.contents[0].text)


def test_documents_are_resources(tmp_path: Path) -> None:
    async def use(client: Client) -> Any:
        listed = (await client.list_resources()).resources
        texts = [text_of(await client.read_resource(r.uri)) for r in listed]
        page = await client.read_resource(f"{listed[1].uri}/pages/1")
        failed = []
        for lost in ("/pages/9", "/pages/x", "/nothing"):
            with pytest.raises(MCPError) as caught:
                await client.read_resource(listed[1].uri + lost)
            failed.append(str(caught.value))
        for outside in ("looktwice://documents/%2Fetc%2Fpasswd", "file:///etc/passwd"):
            with pytest.raises(MCPError):
                await client.read_resource(outside)
        return listed, texts, text_of(page), failed

    listed, texts, page, failed = with_client(tmp_path, use, index=library())
    assert [r.name for r in listed] == ["documents", "letters/lease 1.pdf", "../odd.pdf"]
    assert json.loads(texts[0])[0] == {"name": "letters/lease 1.pdf", "pages": 1}
    assert texts[1].startswith("[page 1]\nThe lease ends on 2031-03-31.")
    assert page == LEASE.text
    assert "there is no page 9" in failed[0]


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        ({}, "expected either base64 or path"),
        ({**GIVEN, "path": "x.png"}, "expected either base64 or path"),
        ({"base64": "@@@"}, "base64 is broken"),
        ({"base64": base64.b64encode(b"hello you").decode()}, "is text, not a picture"),
        ({"path": "/etc/passwd"}, "no folder is allowed"),
        ({"url": "http://127.0.0.1/"}, "Extra inputs are not permitted"),
    ],
)
def test_wrong_pictures_are_told_to_the_model(tmp_path: Path, picture: Any, why: str) -> None:
    result = call(tmp_path, "read_text", {"picture": picture})
    assert result.is_error
    assert why in words(result)


def test_paths_lead_nowhere_but_into_allowed_folders(tmp_path: Path) -> None:
    allowed, secret = tmp_path / "allowed", tmp_path / "secret"
    (allowed / "deeper").mkdir(parents=True)
    secret.mkdir()
    kit.named_picture(allowed / "deeper", "in.png", 5)
    kit.named_picture(secret, "out.png", 6)
    (allowed / "link.png").symlink_to(secret / "out.png")
    (allowed / "door").symlink_to(secret, target_is_directory=True)

    async def use(client: Client) -> list[Any]:
        paths = [
            "deeper/in.png", str(allowed / "deeper/in.png"),
            str(secret / "out.png"), "../secret/out.png", "link.png", "door/out.png",
            "deeper", "nothing.png", "\0", "~/x.png", "file:///etc/passwd",
        ]  # fmt: skip
        return [await client.call_tool("read_text", {"picture": {"path": p}}) for p in paths]

    results = with_client(tmp_path / "home", use, folders=(allowed,))
    assert [r.is_error for r in results] == [False] * 2 + [True] * 9
    told = {words(r).partition("is not to be had")[2] for r in results[2:]}
    assert len(told) == 1  # whether a file is there is not told


def test_arguments_that_do_not_fit_are_told(tmp_path: Path) -> None:
    result = call(tmp_path, "detect_objects", {"labels": 7})
    assert result.is_error
    assert "picture" in words(result)


def test_a_failed_run_is_told(tmp_path: Path) -> None:
    script = kit.Script(says={"talk": RuntimeError("broken")})
    result = call(tmp_path, "ask", {"question": kit.HELLO}, script=script)
    assert result.is_error


def test_who_gives_up_stops_the_run(tmp_path: Path) -> None:
    model = kit.EndlessModel(kit.Script())

    async def use(client: Client) -> None:
        arguments = {"question": kit.TOTAL, "pictures": [GIVEN]}
        asking = asyncio.create_task(client.call_tool("ask", arguments))
        drafting = lambda: any(not c.options and c.schema is None for c in model.calls)  # noqa: E731
        await asyncio.to_thread(wait_until, drafting)
        asking.cancel()
        await asyncio.to_thread(model.stopped.wait, 5)

    with_client(tmp_path, use, script=model)
    assert model.stopped.is_set()
    wait_until(lambda: not own_threads())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http(tmp_path: Path, mode: str) -> None:
    """With today's protocol and with the one before."""
    with kit.make_assistant(tmp_path, index=library()) as assistant:
        app = http_app(make_server(assistant), assistant)
        with listening(app) as address:

            async def use() -> Any:
                async with Client(f"{address}/mcp", mode=mode) as client:
                    arguments = {"question": kit.TOTAL, "pictures": [GIVEN]}
                    answers = [await client.call_tool("ask", arguments) for _ in range(2)]
                    resources = await client.list_resources()
                    return answers, resources

            answers, resources = asyncio.run(use())
            assert [a.structured_content["status"] for a in answers] == ["answered"] * 2
            assert len(resources.resources) == 3
            evil = httpx.post(f"{address}/mcp", json={}, headers={"host": "evil.example"})
            assert evil.status_code == 403
            evil = httpx.post(f"{address}/mcp", json={}, headers={"origin": "http://evil.example"})
            assert evil.status_code == 403


def test_http_with_keys_and_limits(tmp_path: Path) -> None:
    import httpx2

    with kit.make_assistant(tmp_path) as assistant:
        assistant.settings = assistant.settings.model_copy(
            update={"serve": ServeLimits(body_bytes=5_000)}
        )
        app = http_app(make_server(assistant), assistant, ApiKeys([KEY]))
        with listening(app) as address:
            assert httpx.post(f"{address}/mcp", json={}).status_code == 401

            async def use() -> Any:
                http = httpx2.AsyncClient(headers={"authorization": f"Bearer {KEY}"})
                async with (
                    http,
                    Client(streamable_http_client(f"{address}/mcp", http_client=http)) as c,
                ):
                    return await c.list_tools()

            assert len(asyncio.run(use()).tools) == 4
            sent = httpx.post(
                f"{address}/mcp",
                content=b"x" * 6_000,
                headers={"authorization": f"Bearer {KEY}"},
            )
            assert sent.status_code == 413


CHILD = """
from pathlib import Path
from looktwice.tests.agent import kit
from looktwice.ui.mcp_server import launch
home = Path({home!r})

def talkative(picture):
    print("a library that prints")
    import os
    os.write(1, b"and one that writes to the descriptor")
    return kit.reading("Total 8.20")

def assistant(settings, index=None):
    return kit.make_assistant(home, experts=kit.instant_experts(read=talkative))

launch.Assistant = assistant
launch.serve_stdio(kit.Settings(home=home), None, ())
"""


def test_over_pipes_nothing_but_the_protocol_is_written(tmp_path: Path) -> None:
    """The child's tool prints; a client that reads every line strictly still gets its answer."""
    code = CHILD.format(home=str(tmp_path))
    child = StdioServerParameters(command=sys.executable, args=["-c", code])

    async def use() -> Any:
        async with Client(child) as client:
            listed = await client.list_tools()
            arguments = {"question": kit.TOTAL, "pictures": [GIVEN]}
            return listed, await client.call_tool("ask", arguments)

    listed, answer = asyncio.run(asyncio.wait_for(use(), 60))
    assert len(listed.tools) == 4
    assert answer.structured_content["text"] == "8.20"
