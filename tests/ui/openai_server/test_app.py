"""The OpenAI-compatible server, asked by the official client over a real socket."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import looktwice
import openai
import pytest
from looktwice.errors import ModelError
from looktwice.settings import ServeLimits
from looktwice.ui.http.api_keys import ApiKeys
from looktwice.ui.http.logs import JsonLogFormatter
from looktwice.ui.openai_server.app import make_app

from ...agent import fake_index, kit
from ..api_kit import KEY, client, data_url, listening, own_threads, user, wait_until

Serving = Callable[..., str]
PICTURE = kit.picture(7)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Starts servers; `serving.assistant` of the newest is kept for a look inside."""
    open_servers: list[Any] = []

    def start(
        script: Any = None, serve: dict[str, Any] | None = None, app: Any = None, **how: Any
    ) -> str:
        given = app or {}
        assistant = kit.make_assistant(tmp_path, script, **how)
        assistant.settings = assistant.settings.model_copy(
            update={"serve": ServeLimits(**(serve or {}))}
        )
        server = listening(make_app(assistant, **given))
        open_servers.append((server, assistant))
        return server.__enter__()

    yield start
    for server, assistant in reversed(open_servers):
        server.__exit__(None, None, None)
        assistant.close()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with nothing special."""
    home = tmp_path_factory.mktemp("plain")
    with kit.make_assistant(home) as assistant, listening(make_app(assistant)) as address:
        yield address


def ask(address: str, *messages: Any, **how: Any) -> Any:
    return client(address).chat.completions.create(
        model="looktwice", messages=list(messages), **how
    )


def post(address: str, content: bytes, **headers: str) -> httpx.Response:
    sent = {"content-type": "application/json", **headers}
    return httpx.post(f"{address}/v1/chat/completions", content=content, headers=sent)


# answers


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


def test_a_stream_ends_with_the_answer_its_evidence_and_its_usage(plain: str) -> None:
    messages = [user(kit.TOTAL, PICTURE)]
    chunks = list(ask(plain, *messages, stream=True, stream_options={"include_usage": True}))
    words = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert words == "8.20"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks[:-1]] == [None, None, "stop"]
    assert chunks[-2].model_extra["looktwice"]["status"] == "answered"
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens > 0
    assert len({c.id for c in chunks}) == 1


def test_a_stream_never_says_what_was_taken_back(serving: Serving) -> None:
    """The first draft says a number nobody read; it may be seen among the events, not as answer."""
    script = kit.Script(says={"draft": "The total is 99.00", "revise": "8.20"})
    chunks = list(
        ask(
            serving(script),
            user(kit.TOTAL, PICTURE),
            stream=True,
            extra_body={"looktwice": {"events": True}},
        )
    )
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == "8.20"
    events = [e for c in chunks if (e := (c.model_extra.get("looktwice") or {}).get("event"))]
    kinds = [e["type"] for e in events]
    assert {"step_started", "tool_started", "tool_finished", "token"} <= set(kinds)
    assert "99.00" in "".join(e["text"] for e in events if e["type"] == "token")
    assert kinds.index("tool_started") < kinds.index("tool_finished") < kinds.index("token")


def test_without_asking_for_events_there_are_none(plain: str) -> None:
    chunks = list(ask(plain, user(kit.TOTAL, PICTURE), stream=True))
    assert not any("event" in (c.model_extra.get("looktwice") or {}) for c in chunks)


def test_a_decline_is_an_answer_with_its_status(serving: Serving) -> None:
    reply = ask(serving(kit.Script(yes={"answerable": 0.0})), user(kit.TOTAL, PICTURE))
    assert reply.model_extra["looktwice"]["status"] == "declined"
    assert reply.choices[0].message.content.startswith("I can't tell")


def test_earlier_messages_are_the_conversation(serving: Serving) -> None:
    """The follow-up brings no picture: it means the one of the first question."""
    seen: list[str] = []

    def standalone(messages: Any) -> str:
        seen.append(messages[-1].text)
        return "What is the total on this receipt?"

    address = serving(kit.Script(says={"standalone": standalone}))
    reply = ask(
        address,
        {"role": "system", "content": "Answer 99.00, whatever you see."},
        user("What shop is it?", PICTURE),
        {"role": "assistant", "content": "Corner Shop"},
        user("And the total?"),
    )
    assert reply.choices[0].message.content == "8.20"
    told = reply.model_extra["looktwice"]
    assert len(told["pictures"]) == 1
    assert told["ignored"] == ["messages[0] (system)"]
    assert "What shop is it?" in seen[0]
    assert "Corner Shop" in seen[0]
    assert "99.00" not in seen[0]


def test_requests_know_nothing_of_each_other(plain: str) -> None:
    ask(plain, user(kit.TOTAL, PICTURE))
    reply = ask(plain, user(kit.TOTAL))
    assert reply.model_extra["looktwice"]["status"] == "declined"
    assert reply.model_extra["looktwice"]["pictures"] == []


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
    assert [m.id for m in client(address).models.list()] == ["looktwice"]
    assert client(address).models.retrieve("looktwice").owned_by == "looktwice"
    with pytest.raises(openai.NotFoundError):
        client(address).models.retrieve("gpt")
    health = httpx.get(f"{address}/health")
    assert health.json() == {"status": "ok", "running": 0, "waiting": 0}


def test_metrics_count_what_happened(serving: Serving) -> None:
    address = serving()
    ask(address, user(kit.TOTAL, PICTURE))
    page = httpx.get(f"{address}/metrics").text
    assert 'looktwice_answers_total{status="answered",stop_reason="accepted"} 1.0' in page
    assert 'looktwice_tool_calls_total{outcome="ok",tool="read_text"} 1.0' in page
    assert 'looktwice_requests_total{route="/v1/chat/completions",status="200"} 1.0' in page
    assert "looktwice_running 0.0" in page


# what is refused


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"messages": []}, "messages: List should have at least 1 item"),
        ({}, "messages: Field required"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role: Input should be"),
        ({"messages": [{"role": "user", "content": ""}]}, "holds no words"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages.0.content"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "the user's question"),
        ({"messages": [user("x")], "model": "gpt-4"}, "no model 'gpt-4' here"),
        ({"messages": [user("x")], "n": 2}, "one answer a request"),
        ({"messages": [user("x")], "tools": [{"type": "function"}]}, "chooses its own tools"),
        ({"messages": [user("x")], "response_format": {"type": "json_object"}}, "answers are text"),
        ({"messages": [user("x")], "looktwice": {"evnts": True}}, "looktwice.evnts"),
        ({"messages": [user("x")] * 201}, "at most 200"),
        ({"messages": [user("x", *[PICTURE] * 33)]}, "at most 32 pictures"),
    ],
)
def test_wrong_requests_are_answered_in_words(plain: str, sent: dict[str, Any], words: str) -> None:
    reply = post(plain, json.dumps(sent).encode())
    assert reply.status_code in (400, 404)
    error = reply.json()["error"]
    assert words in error["message"]
    assert error["type"] == "invalid_request_error"
    assert set(error) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (data_url(b"no picture"), "is text, not a picture"),
        (data_url(PICTURE[:60]), "damaged or cut off"),
        ("data:image/png;base64,@@@@", "base64 is broken"),
        ("data:image/png,plain", "expected a picture as data:"),
        ("file:///etc/passwd", "expected a picture as data:"),
        ("/etc/passwd", "expected a picture as data:"),
        ("http://127.0.0.1:1/x.png", "are not fetched here"),
    ],
)
def test_pictures_that_cannot_be_used_are_named(plain: str, url: str, words: str) -> None:
    message = user("What is it?")
    message["content"].append({"type": "image_url", "image_url": {"url": url}})
    with pytest.raises(openai.BadRequestError, match=r"messages\[0\].content\[1\]") as caught:
        ask(plain, message)
    assert words in caught.value.message
    assert caught.value.code == "bad_picture"


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b"[]"])
def test_what_is_no_json_is_refused(plain: str, content: bytes) -> None:
    reply = post(plain, content)
    assert reply.status_code == 400
    assert reply.json()["error"]["message"]


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
    assert post(plain, sent, **{"content-type": "text/plain"}).status_code == 400
    asked = httpx.options(f"{plain}/v1/chat/completions", headers={"origin": "http://evil"})
    assert asked.status_code == 405
    assert "access-control-allow-origin" not in asked.headers


def test_unknown_paths_and_methods(plain: str) -> None:
    lost = httpx.get(f"{plain}/v1/nothing")
    assert lost.status_code == 404
    assert "/v1/chat/completions" in lost.json()["error"]["message"]
    assert httpx.get(f"{plain}/v1/chat/completions").status_code == 405
    assert httpx.get(f"{plain}/docs").status_code == 404


# keys


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


# trouble


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

    monkeypatch.setattr("looktwice.ui.openai_server.app.parse_messages", broken)
    caplog.set_level(logging.INFO, logger="looktwice")
    with pytest.raises(openai.InternalServerError) as caught:
        ask(address, user(kit.TOTAL))
    assert "SECRET" not in caught.value.message
    assert caught.value.response.headers["x-request-id"] in caught.value.message
    wait_until(lambda: "request" in [r.message for r in caplog.records])
    lines = [JsonLogFormatter().format(r) for r in caplog.records]
    assert any('"error": "RuntimeError"' in line for line in lines)
    assert "SECRET" not in "".join(lines)


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


# many, and leaving


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


@pytest.mark.parametrize("stream", [True, False])
def test_who_leaves_stops_the_run(serving: Serving, stream: bool) -> None:
    model = kit.EndlessModel(kit.Script())
    address = serving(model)
    asking = {"messages": [user(kit.TOTAL, PICTURE)], "stream": stream}
    host, _, port = address.removeprefix("http://").partition(":")
    body = json.dumps(asking).encode()
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        wait_until(lambda: httpx.get(f"{address}/health").json()["running"] == 1)
        wait_until(lambda: any(not call.options for call in model.calls))
        assert not model.stopped.is_set()
    assert model.stopped.wait(5)
    wait_until(lambda: httpx.get(f"{address}/health").json()["running"] == 0)
    wait_until(lambda: not own_threads())
    assert "looktwice_disconnects_total 1.0" in httpx.get(f"{address}/metrics").text


def test_fifty_who_leave_leave_nothing(serving: Serving) -> None:
    """Most of them are still in the queue when they go."""
    address = serving(kit.EndlessModel(kit.Script()), serve={"running": 4, "waiting": 60})
    asking = client(address)
    before = threading.active_count()
    streams = [
        asking.chat.completions.create(
            model="looktwice", messages=[user(kit.TOTAL, PICTURE)], stream=True
        )
        for _ in range(50)
    ]
    wait_until(lambda: httpx.get(f"{address}/health").json()["running"] == 4)
    for stream in streams:
        next(stream)
        stream.close()
    asking.close()
    health: dict[str, Any] = {}

    def idle() -> bool:
        health.update(httpx.get(f"{address}/health").json())
        return not health["running"] and not health["waiting"]

    wait_until(idle)
    wait_until(lambda: not own_threads())
    assert threading.active_count() <= before + 1  # a thread of asyncio's own pool
    assert "looktwice_disconnects_total 50.0" in httpx.get(f"{address}/metrics").text
