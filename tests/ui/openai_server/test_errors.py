"""What goes wrong is answered in OpenAI's shape."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import Any

import httpx
import openai
import pytest
from looktwice.errors import ModelError
from looktwice.ui.http.logs import JsonLogFormatter

from ...agent import kit
from ..api_kit import user, wait_until
from .kit import PICTURE, Serving, ask


def test_unknown_paths_and_methods(plain: str) -> None:
    lost = httpx.get(f"{plain}/v1/nothing")
    assert lost.status_code == 404
    assert "/v1/chat/completions" in lost.json()["error"]["message"]
    assert httpx.get(f"{plain}/v1/chat/completions").status_code == 405
    assert httpx.get(f"{plain}/docs").status_code == 404


def test_a_failed_run_is_an_error(serving: Serving) -> None:
    address = serving(kit.Script(says={"draft": ModelError("the model is gone")}))
    with pytest.raises(openai.InternalServerError, match="the model is gone") as caught:
        ask(address, user(kit.TOTAL, PICTURE))
    assert caught.value.code == "error"
    assert caught.value.response.headers["x-should-retry"] == "false"
    with pytest.raises(openai.APIError, match="the model is gone"):
        list(ask(address, user(kit.TOTAL, PICTURE), stream=True))


def test_a_deadline_is_an_error_of_its_own(serving: Serving) -> None:
    address = serving(limits={"seconds": 0.001})
    with pytest.raises(openai.InternalServerError, match="time was over") as caught:
        ask(address, user(kit.TOTAL, PICTURE))
    assert caught.value.status_code == 504
    assert caught.value.code == "deadline"


def test_a_bug_is_told_without_its_words(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    address = serving()

    def broken(*args: Any, **how: Any) -> Any:
        raise RuntimeError("SECRET of a user")

    monkeypatch.setattr("looktwice.ui.openai_server.reading.parse_messages", broken)
    caplog.set_level(logging.INFO, logger="looktwice")
    with pytest.raises(openai.InternalServerError) as caught:
        ask(address, user(kit.TOTAL))
    assert "SECRET" not in caught.value.message
    assert caught.value.response.headers["x-request-id"] in caught.value.message
    wait_until(lambda: "request" in [r.message for r in caplog.records])
    lines = [JsonLogFormatter().format(r) for r in caplog.records]
    assert any('"error": "RuntimeError"' in line for line in lines)
    assert "SECRET" not in "".join(lines)


def test_a_full_queue_says_so(serving: Serving) -> None:
    gate = threading.Event()
    experts = kit.instant_experts(read=lambda picture: gate.wait(20) and kit.reading("Total 8.20"))
    address = serving(experts=experts, serve={"running": 1, "waiting": 1})
    got: list[Any] = []

    def one() -> None:
        got.append(ask(address, user(kit.TOTAL, PICTURE)).choices[0].message.content)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for number, thread in enumerate(threads):
        thread.start()
        wanted = {"status": "ok", "running": 1, "waiting": number}
        wait_until(partial(lambda to: httpx.get(f"{address}/health").json() == to, wanted))
    with pytest.raises(openai.RateLimitError, match="try again") as caught:
        ask(address, user(kit.TOTAL, PICTURE))
    assert caught.value.response.headers["retry-after"] == "5"
    gate.set()
    for thread in threads:
        thread.join(20)
    assert got == ["8.20", "8.20"]
