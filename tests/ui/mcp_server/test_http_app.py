"""The MCP server over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from looktwice.settings import ServeLimits
from looktwice.ui.http.api_keys import ApiKeys
from looktwice.ui.mcp_server.http_app import http_app
from looktwice.ui.mcp_server.server import make_server
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from ...agent import kit
from ..api_kit import KEY, listening
from .kit import GIVEN, library


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

            assert len(asyncio.run(use()).tools) == 5
            sent = httpx.post(
                f"{address}/mcp",
                content=b"x" * 6_000,
                headers={"authorization": f"Bearer {KEY}"},
            )
            assert sent.status_code == 413
