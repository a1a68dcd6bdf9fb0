"""The MCP server over HTTP, behind what protects every server for programs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response

from ...agent.assistant import Assistant
from ..http.access_log import AccessLog
from ..http.api import protected
from ..http.api_keys import ApiKeys
from ..http.errors import RequestError
from ..http.metrics import Metrics
from .documents import DocumentServer

_INVALID_REQUEST, _INTERNAL_ERROR = -32600, -32603
"""Codes of JSON-RPC."""


def http_app(
    server: DocumentServer, assistant: Assistant, keys: ApiKeys | None = None, local: bool = True
) -> AccessLog:
    """The server as an ASGI application under /mcp."""
    limits = assistant.settings.serve
    # The guard has seen to Host and to size; pages of other origins are refused by the SDK.
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=local,
        allowed_hosts=[
            *("127.0.0.1:*", "localhost:*", "[::1]:*"),
            *(place for host in limits.hosts for place in (host, f"{host}:*")),
        ],
        allowed_origins=[
            *("http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*"),
            *limits.origins,
        ],
    )
    app = server.streamable_http_app(
        max_request_body_size=limits.body_bytes, transport_security=security
    )
    sessions = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(starlette: Starlette) -> AsyncIterator[None]:
        async with sessions(starlette):
            yield
            await server.answers.queue.drain(limits.shutdown_seconds)

    app.router.lifespan_context = lifespan
    return protected(
        app,
        keys=keys or ApiKeys(),
        limits=limits,
        metrics=Metrics(),
        routes=("/mcp",),
        render=render_error,
        local=local,
    )


def render_error(error: RequestError) -> Response:
    """An error that belongs to no message, in JSON-RPC's shape."""
    code = _INTERNAL_ERROR if error.status >= 500 else _INVALID_REQUEST
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": str(error)}}
    return JSONResponse(body, error.status)
