"""The OpenAI-compatible server, asked by the official client over a real socket."""

from __future__ import annotations

import json
import logging
import re
import socket
from pathlib import Path
from typing import Any

import httpx
import looktwice
import openai
import pytest
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.ui.http.api_keys import ApiKeys
from looktwice.ui.http.logs import JsonLogFormatter

from ...agent import fake_index, kit
from ..api_kit import KEY, client, user, wait_until
from .kit import PICTURE, Serving, ask, post


def test_an_answer_comes_with_its_evidence(plain: str) -> None:
    reply = ask(plain, user(kit.TOTAL, PICTURE))
    assert reply.choices[0].message.content == "8.20"
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens > 0
    told = reply.model_extra["looktwice"]
    assert told["status"] == "answered"
    assert 0 < told["confidence"] <= 1
    assert told["citations"][0]["quote"] == "Total 8.20"
    assert told["citations"][0]["boxes"][0]["frame"] == "picture"
    assert [e["id"] for e in told["evidence"]] == ["E1"]
    assert told["pictures"][0]["width"] == 60
    assert "steps" not in told


def wanted(**properties: Any) -> Any:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "json_schema", "json_schema": {"name": "receipt", "schema": schema}}


def test_a_record_is_json_of_the_schema_with_boxes_beside_it(serving: Serving) -> None:
    address = serving(ScriptedModel(lambda *_: {"shop": "Corner Shop", "total": 8.2}))
    form = wanted(shop={"type": "string"}, total={"type": "number"})
    reply = ask(address, user("read this", PICTURE), response_format=form)
    assert json.loads(reply.choices[0].message.content) == {"shop": "Corner Shop", "total": 8.2}
    (record,) = reply.model_extra["looktwice"]["records"]
    total = record["fields"][1]
    assert (total["path"], total["quote"], total["status"]) == ("total", "8.20", "found")
    assert total["boxes"][0]["frame"] == "picture"
    assert total["boxes"][0]["y1"] == 30


def test_a_record_that_lacks_what_it_must_have_is_refused(serving: Serving) -> None:
    address = serving(ScriptedModel(lambda *_: {"iban": None}))
    reply = ask(address, user("x", PICTURE), response_format=wanted(iban={"type": "string"}))
    message = reply.choices[0].message
    assert (message.content, message.refusal) == (None, "not found in the pictures: iban")
    form = wanted(iban={"type": ["string", "null"]})
    reply = ask(address, user("x", PICTURE), response_format=form)
    assert json.loads(reply.choices[0].message.content) == {"iban": None}


def test_a_decline_is_an_answer_with_its_status(serving: Serving) -> None:
    reply = ask(serving(kit.Script(yes={"answerable": 0.0})), user(kit.TOTAL, PICTURE))
    assert reply.model_extra["looktwice"]["status"] == "declined"
    assert reply.choices[0].message.content.startswith("I can't tell")


def test_the_page_about_it_is_true(serving: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(looktwice.__file__).parent / "docs" / "how-to" / "server.md"
    code = re.findall(
        r"<!-- executed by tests/ui/openai_server/test_app.py -->\n```python\n(.*?)```",
        path.read_text(encoding="utf-8"),
        re.S,
    )
    page = fake_index.page(1, "The lease ends on 2031-03-31.")
    script = kit.Script(says={"draft": "The lease ends on 2031-03-31."})
    address = serving(script, index=fake_index.MemoryIndex(books={"lease.pdf": [page]}))
    exec(code[0].replace("http://127.0.0.1:8000", address), {})
    printed = capsys.readouterr().out
    assert printed.startswith("The lease ends on 2031-03-31. answered [{'evidence': 'E1'")
    assert "lease.pdf" in printed


def test_models_and_health(serving: Serving) -> None:
    address = serving()
    assert [m.id for m in client(address).models.list()] == ["looktwice", "looktwice-embedding"]
    assert client(address).models.retrieve("looktwice").owned_by == "looktwice"
    with pytest.raises(openai.NotFoundError):
        client(address).models.retrieve("gpt")
    health = httpx.get(f"{address}/health")
    assert health.json() == {"status": "ok", "running": 0, "waiting": 0}
    ready = httpx.get(f"{address}/ready").json()
    assert (ready["status"], ready["version"]) == ("ready", looktwice.__version__)
    assert ready["model"] == "scripted"


def test_metrics_count_what_happened(serving: Serving) -> None:
    address = serving()
    ask(address, user(kit.TOTAL, PICTURE))
    page = httpx.get(f"{address}/metrics").text
    assert 'looktwice_answers_total{status="answered",stop_reason="accepted"} 1.0' in page
    assert 'looktwice_tool_calls_total{outcome="ok",tool="read_text"} 1.0' in page
    assert 'looktwice_requests_total{route="/v1/chat/completions",status="200"} 1.0' in page
    assert "looktwice_running 0.0" in page


def test_too_large_is_refused_before_it_is_read(serving: Serving) -> None:
    address = serving(serve={"body_bytes": 1000})
    declared = post(address, b"x" * 2000)
    assert declared.status_code == 413
    assert "larger than" in declared.json()["error"]["message"]
    parts = iter([b"x" * 600, b"x" * 600])  # sent in chunks, without a length
    reply = httpx.post(f"{address}/v1/chat/completions", content=parts)
    assert reply.status_code == 413


def test_a_request_that_does_not_arrive_is_given_up(serving: Serving) -> None:
    address = serving(serve={"body_seconds": 0.1})
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n")
        line.sendall(b"Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
        assert b" 408 " in line.recv(10_000).splitlines()[0]


def test_web_pages_cannot_ask(plain: str) -> None:
    """Neither under a name of their own (DNS rebinding) nor with a form's content type."""
    sent = json.dumps({"messages": [user("x")]}).encode()
    assert post(plain, sent, host="evil.example").status_code == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert post(plain, sent, **{"content-type": kind}).status_code == 400
    assert (
        post(plain, sent, **{"content-type": "text/plain; x=application/json"}).status_code == 400
    )
    bare = httpx.Request("POST", f"{plain}/v1/chat/completions", content=sent)
    assert "content-type" not in bare.headers
    with httpx.Client() as nobody:
        assert nobody.send(bare).status_code == 400
    asked = httpx.options(f"{plain}/v1/chat/completions", headers={"origin": "http://evil"})
    assert asked.status_code == 405
    assert "access-control-allow-origin" not in asked.headers


def test_keys(serving: Serving) -> None:
    address = serving(app={"keys": ApiKeys(["another-key-of-16-characters", KEY])})
    assert client(address).models.list().data
    for wrong in ("", "wrong-key-of-16-characters", KEY[:-1], KEY + "x"):
        with pytest.raises(openai.AuthenticationError, match="API key") as caught:
            client(address, key=wrong or "-").models.list()
        assert caught.value.code == "invalid_api_key"
    assert httpx.get(f"{address}/metrics").status_code == 401
    assert httpx.get(f"{address}/health").status_code == 200
    assert httpx.get(f"{address}/v1/models", headers={"authorization": KEY}).status_code == 401


def test_logs_hold_no_contents_and_no_keys(
    serving: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    address = serving(app={"keys": ApiKeys([KEY])})
    with caplog.at_level(logging.DEBUG, logger="looktwice"):
        ask(address, user(kit.TOTAL, PICTURE))
        wait_until(lambda: "request" in [r.message for r in caplog.records])
    lines = [JsonLogFormatter().format(r) for r in caplog.records if r.name.startswith("looktwice")]
    events = [json.loads(line)["event"] for line in lines]
    assert {"answer", "request"} <= set(events)
    for secret in (KEY, "total", "receipt", "8.20", "Corner Shop"):
        assert secret not in "\n".join(lines)
