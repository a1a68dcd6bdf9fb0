"""A connection to one server of the Model Context Protocol, kept open and opened again after it broke."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ToolError
from ...settings import McpServer

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import CallToolResult
    from mcp_types import Tool as Listed

_log = logging.getLogger(__name__)


class Link:
    """One server; belongs to one event loop. Its connection lives in a task of its own.

    Args:
        name: the user's for it.
        server: how it is reached.
        logs: folder for what a child program writes to standard error.
    """

    def __init__(self, name: str, server: McpServer, logs: Path) -> None:
        self.name, self.server, self._logs = name, server, logs
        self._client: Client | None = None
        self._holding: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._opening = asyncio.Lock()

    async def open(self) -> list[Listed]:
        """Connect and list the tools, within the server's time."""
        ready: asyncio.Future[list[Listed]] = asyncio.get_running_loop().create_future()
        self._closing.clear()
        self._holding = asyncio.create_task(self._hold(ready))
        try:
            async with asyncio.timeout(self.server.seconds):
                return await asyncio.shield(ready)
        except BaseException:
            self._holding.cancel()
            await asyncio.wait({self._holding})
            ready.cancel()
            raise

    async def call(self, remote: str, arguments: dict[str, Any]) -> CallToolResult:
        """Call a tool; a connection that broke before is opened again first."""
        async with self._opening:
            if self._client is None:
                await self.open()
        client = self._client
        if client is None:
            raise ToolError("the connection broke at once", "unavailable")
        try:
            async with asyncio.timeout(self.server.seconds):
                return await client.call_tool(remote, arguments)
        except TimeoutError:
            raise ToolError(
                f"{self.name} did not answer in {self.server.seconds:g} seconds", "timeout"
            ) from None
        except Exception as error:
            if is_broken(error):
                await self.close()
            raise

    async def close(self) -> None:
        """Hang up."""
        self._closing.set()
        if self._holding is not None:
            await asyncio.wait({self._holding})

    async def _hold(self, ready: asyncio.Future[list[Listed]]) -> None:
        try:
            async with AsyncExitStack() as stack:
                client = await stack.enter_async_context(self._connect(stack))
                listed = (await client.list_tools()).tools
                self._client = client
                if not ready.done():
                    ready.set_result(list(listed))
                await self._closing.wait()
        except Exception as error:
            if not ready.done():
                ready.set_exception(error)
            else:
                _log.warning("MCP server %s: %s", self.name, reason(error))
        finally:
            self._client = None

    def _connect(self, stack: AsyncExitStack) -> Client:
        from mcp import Client, StdioServerParameters, stdio_client
        from mcp.client.streamable_http import streamable_http_client
        from mcp.shared._httpx_utils import create_mcp_http_client

        server = self.server
        if server.url:
            token = server.token.get_secret_value()
            headers = {"authorization": f"Bearer {token}"} if token else {}
            http = create_mcp_http_client(headers=headers)
            return Client(streamable_http_client(server.url, http_client=http))
        errors = stack.enter_context(_log_file(self._logs, self.name))
        secrets = {key: value.get_secret_value() for key, value in server.env.items()}
        started = StdioServerParameters(command=server.command, args=list(server.args), env=secrets)
        return Client(stdio_client(started, errlog=errors))


def reason(error: BaseException) -> str:
    """Why a connection failed, in words; the first cause where there are several."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, FileNotFoundError):
        return f"there is no program {error.filename!r}"
    return str(getattr(error, "message", None) or error) or type(error).__name__


def is_broken(error: Exception) -> bool:
    """Whether an error means that the connection is of no use any more."""
    from mcp import MCPError
    from mcp_types import CONNECTION_CLOSED

    return not isinstance(error, MCPError) or error.error.code == CONNECTION_CLOSED


@contextmanager
def _log_file(folder: Path, name: str) -> Iterator[Any]:
    """Where a child program's standard error goes; begun afresh each time."""
    folder.mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"\W+", "_", name)
    with (folder / f"mcp-{safe}.log").open("w", encoding="utf-8") as file:
        yield file
