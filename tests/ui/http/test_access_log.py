"""Every request has an id, a line in the log and a place in the figures."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from looktwice.ui.http.access_log import REQUEST_ID, AccessLog
from looktwice.ui.http.errors import RequestError
from looktwice.ui.http.metrics import Metrics
from starlette.responses import PlainTextResponse, Response


def render(error: RequestError) -> Response:
    return PlainTextResponse(str(error), error.status)


async def receive() -> Any:
    return {"type": "http.disconnect"}


def request(app: Any, metrics: Metrics, path: str) -> tuple[dict[str, Any], list[Any]]:
    """The scope of a request and what was sent."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "headers": []}
    log = AccessLog(app, metrics=metrics, routes=("/known",), render=render)
    asyncio.run(log(scope, receive, send))
    return scope, sent


def test_a_request_is_named_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    with caplog.at_level(logging.INFO, logger="looktwice"):
        scope, sent = request(PlainTextResponse("well"), metrics, "/known")
        request(PlainTextResponse("well"), metrics, "/secret-name")
    assert (b"x-request-id", scope[REQUEST_ID].encode()) in sent[0]["headers"]
    assert [r.message for r in caplog.records] == ["request", "request"]
    figures = metrics.exposition().decode()
    assert 'looktwice_requests_total{route="/known",status="200"} 1.0' in figures
    assert 'looktwice_requests_total{route="other",status="200"} 1.0' in figures
    assert "secret-name" not in figures


def test_a_bug_is_answered_with_the_id_under_which_the_log_has_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("SECRET")

    scope, sent = request(broken, Metrics(), "/known")
    assert sent[0]["status"] == 500
    assert scope[REQUEST_ID] in sent[1]["body"].decode()
    assert "SECRET" not in sent[1]["body"].decode()
    assert "the request failed" in [r.message for r in caplog.records]


def test_an_answer_that_breaks_in_the_middle_is_not_answered_twice() -> None:
    async def half(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("in the middle")

    _, sent = request(half, Metrics(), "/known")
    assert [m["type"] for m in sent] == ["http.response.start"]
