"""Tools of other programs: servers of the Model Context Protocol that the user named in the settings.

What such a server says of itself and what its tools return is data: names and words are cut to size,
results become evidence like any other, and nothing of it can start a tool. A server that is dead, slow
or broken costs its own tools and no others.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ...closing import Closing
from ...errors import Stopped, ToolError
from ...extensions.extras import require
from ...schema import Evidence, Source
from ...settings import McpServer, Settings
from ..base import Tool, tool
from ..context import Context
from .link import Link, reason

if TYPE_CHECKING:
    from mcp_types import CallToolResult
    from mcp_types import Tool as Listed

_T = TypeVar("_T")
Call = Callable[[str, dict[str, Any], Context], Evidence]

_MOST_TOOLS = 64  # of one server
_MOST_WORDS = 400  # characters of a description
_POLL_SECONDS = 0.05
_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "object": dict[str, Any],
}
_log = logging.getLogger(__name__)


class RemoteTools(Closing):
    """Connections to MCP servers and the tools they bring; close it when done.

    Args:
        servers: by the name their tools begin with.
        offline: leave out servers that are not on this machine.
        logs: folder for what child programs write to standard error.

    Attributes:
        tools: of all servers that answered in time.
        problems: why a server is missing, by its name.
    """

    def __init__(
        self, servers: Mapping[str, McpServer], *, offline: bool = False, logs: Path
    ) -> None:
        self.tools: list[Tool] = []
        self.problems: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._links = {name: Link(name, server, logs) for name, server in servers.items()}
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="looktwice-mcp-client", daemon=True
        )
        self._thread.start()
        opening: dict[str, Future[list[Listed]]] = {}
        for name, server in servers.items():
            if offline and server.url and not _is_here(server.url):
                self._miss(name, "it is not on this machine, and LOOKTWICE_OFFLINE is set")
            else:
                opening[name] = self._start(self._links[name].open())
        for name, listing in opening.items():
            self._take(name, listing)

    def close(self) -> None:
        """Hang up and end the child programs; calling twice is fine."""
        if self._loop.is_closed():
            return
        closing = [self._start(link.close()) for link in self._links.values()]
        for done in closing:
            done.exception()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _take(self, name: str, listing: Future[list[Listed]]) -> None:
        """The tools of a server, or a note why there are none."""
        link = self._links[name]
        try:
            listed = listing.result()
        except Exception as error:  # whatever a strange program can cause
            self._miss(name, reason(error))
            return
        wanted = set(link.server.tools) or {item.name for item in listed}
        for item in listed[:_MOST_TOOLS]:
            if item.name in wanted:
                try:
                    self.tools.append(as_tool(name, item, self._caller(link), link.server.seconds))
                except TypeError as error:
                    _log.warning("tool %s of MCP server %s is left out: %s", item.name, name, error)

    def _miss(self, name: str, why: str) -> None:
        self.problems[name] = why
        _log.warning("the tools of MCP server %s are missing: %s", name, why)

    def _caller(self, link: Link) -> Call:
        def call(remote: str, arguments: dict[str, Any], context: Context) -> Evidence:
            running = self._start(link.call(remote, arguments))
            try:
                result = _wait(running, context)
            except (ToolError, Stopped):
                raise
            except Exception as error:
                raise ToolError(f"{link.name}: {reason(error)}", "unavailable") from None
            return as_evidence(link.name, remote, result)

        return call

    def _start(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)


def open_remote(settings: Settings) -> RemoteTools | None:
    """Connect to the servers of the settings; None where there are none.

    Raises:
        MissingExtra: there are some, but what speaks to them is not installed.
    """
    if not settings.mcp_servers:
        return None
    require("mcp")
    logs = settings.home / "logs"
    return RemoteTools(settings.mcp_servers, offline=settings.offline, logs=logs)


def as_tool(server: str, listed: Listed, call: Call, seconds: float) -> Tool:
    """A remote tool as one of ours, with a plain form of its schema.

    Raises:
        TypeError: its schema cannot be put plainly.
    """
    schema = listed.input_schema
    required = set(schema.get("required") or ())
    names: dict[str, str] = {}
    hints: dict[str, Any] = {}
    docs, parameters = [], []
    for key, described in (schema.get("properties") or {}).items():
        ours = identifier(key, names)
        names[ours] = key
        hint = plain_hint(described)
        default = inspect.Parameter.empty if key in required else None
        hints[ours] = hint if key in required else hint | None
        docs.append(f"    {ours}: {in_a_line(described.get('description'), key)}")
        parameters.append(inspect.Parameter(ours, inspect.Parameter.KEYWORD_ONLY, default=default))

    def function(*, context: Context, **given: Any) -> Evidence:
        chosen = {names[key]: value for key, value in given.items() if value is not None}
        return call(listed.name, chosen, context)

    parameters.append(inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY))
    words = in_a_line(listed.description, listed.name)
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {**hints, "context": Context}
    function.__doc__ = "\n".join(
        [f"{server} (MCP): {words}", "", *(["Args:", *docs] if docs else [])]
    )
    name = re.sub(r"\W+", "_", f"{server}_{listed.name}", flags=re.ASCII)[:64]
    return tool(name=name, timeout=seconds)(function)


def as_evidence(server: str, remote: str, result: CallToolResult) -> Evidence:
    """What a remote tool returned, as data.

    Raises:
        ToolError: the tool says that it failed.
    """
    parts = [
        part.text if part.type == "text" else f"[{part.type} left out]" for part in result.content
    ]
    text = "\n".join(parts).strip()
    if not text and result.structured_content is not None:
        text = json.dumps(result.structured_content, ensure_ascii=False)
    if result.is_error:
        raise ToolError(f"{server}: {text[:_MOST_WORDS] or f'{remote} failed'}")
    return Evidence(
        kind="value",
        text=f"{server} {remote}: {text or 'an empty answer'}",
        source=Source(name=f"MCP server {server}"),
    )


def plain_hint(schema: Any) -> Any:
    """The simplest Python type for a JSON schema; whoever runs the tool checks the rest."""
    if not isinstance(schema, Mapping):
        return str
    options = schema.get("enum")
    if options and all(isinstance(option, str) for option in options):
        return Literal[tuple(options)]
    for key in ("anyOf", "oneOf"):
        if members := [m for m in schema.get(key) or () if m.get("type") != "null"]:
            return plain_hint(members[0])
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "string")
    if kind == "array":
        return list[plain_hint(schema.get("items"))]  # type: ignore[misc]
    return _TYPES.get(str(kind), str)


def identifier(key: str, taken: Mapping[str, str]) -> str:
    """A Python name for an argument, different from those taken."""
    name = re.sub(r"\W", "_", key, flags=re.ASCII)[:40] or "argument"
    name = name if name[0].isalpha() else f"a_{name}"
    while name in taken or name in ("context", "self"):
        name += "_"
    return name


def in_a_line(words: str | None, otherwise: str) -> str:
    """A description as one printable line of bounded length."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words or "").split())
    return line[:_MOST_WORDS] or otherwise


def _wait(running: Future[_T], context: Context) -> _T:
    """The result; a run that is stopped takes its call with it."""
    while True:
        try:
            return running.result(_POLL_SECONDS)
        except TimeoutError:
            if running.done():
                raise
            if context.control.should_stop:
                running.cancel()
                context.control.check()
        except CancelledError:
            raise ToolError("the call was given up") from None


def _is_here(url: str) -> bool:
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
