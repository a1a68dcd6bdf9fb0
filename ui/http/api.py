"""How a server for programs is protected (log, guard, API keys) and run."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import uvicorn
from starlette.middleware.cors import CORSMiddleware

from ...errors import UsageError
from ...settings import ServeLimits
from .access_log import AccessLog
from .api_keys import ApiKeyCheck, ApiKeys
from .connections import RequestsInProgress, TimedHeadProtocol
from .errors import Render
from .guard import EVERY_ORIGIN, Guard
from .hosts import LOOPBACK, check_host
from .metrics import Metrics

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_MORE_REQUESTS = 64
"""Requests beside those of questions: health, metrics, and being told that the queue is full."""


def protected(
    app: ASGIApp,
    *,
    keys: ApiKeys,
    limits: ServeLimits,
    metrics: Metrics,
    routes: Collection[str],
    render: Render,
    open_paths: Collection[str] = (),
    local: bool = True,
) -> AccessLog:
    """The application behind everything that protects it.

    Args:
        app: the application.
        keys: who may ask; everybody where there are none.
        limits: of a request's body; which sites may ask, under which names.
        metrics: counts requests.
        routes: paths that are told apart in metrics.
        render: answers with an error, in the application's protocol.
        open_paths: what needs no key.
        local: answer to names of this machine only, so that no web page can reach the server by a
            name of its own; `limits.hosts` adds some.

    Raises:
        UsageError: every page may ask, and no key is needed.
    """
    if EVERY_ORIGIN in limits.origins and not keys:
        raise UsageError(
            "serve.origins: * lets every web page ask; name the sites, or give keys with"
            " --api-key-file FILE"
        )
    guard = Guard(
        ApiKeyCheck(app, keys, open_paths),
        render=render,
        max_bytes=lambda path: limits.body_bytes,
        hosts={*LOOPBACK, *limits.hosts} if local or limits.hosts else (),
        same_origin=True,
        origins=limits.origins,
        seconds=limits.body_seconds,
    )
    most = limits.running + limits.waiting + _MORE_REQUESTS
    bounded: ASGIApp = RequestsInProgress(guard, most, render)
    if limits.origins:
        bounded = CORSMiddleware(
            bounded,
            allow_origins=limits.origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=("*",),
            expose_headers=("x-request-id",),
        )
    return AccessLog(bounded, metrics=metrics, routes=routes, render=render)


def check_api_host(host: str, keys: ApiKeys) -> bool:
    """Whether only this machine is served; others need keys.

    Raises:
        UsageError: others would be served without keys.
    """
    return check_host(host, secured=len(keys) > 0, remedy="give keys with --api-key-file FILE")


def uvicorn_config(app: ASGIApp, limits: ServeLimits) -> uvicorn.Config:
    """How uvicorn runs a server for programs."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # AccessLog writes it
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=int(limits.shutdown_seconds),
        http=TimedHeadProtocol,
    )
