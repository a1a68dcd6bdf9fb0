"""Asking the MCP server, for tests."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from looktwice.ui.mcp_server.server import make_server
from mcp import Client

from ...agent import fake_index, kit

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
