"""Streams, and callers who hang up."""

from __future__ import annotations

import gc
import json
import socket
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from looktwice.ui.http.queue import QueuedRun

from ...agent import kit
from ..api_kit import client, own_threads, user, wait_until
from .kit import PICTURE, Serving, ask


def test_a_stream_ends_with_the_answer_its_evidence_and_its_usage(plain: str) -> None:
    messages = [user(kit.TOTAL, PICTURE)]
    chunks = list(ask(plain, *messages, stream=True, stream_options={"include_usage": True}))
    words = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert words == "8.20"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks[-3:-1]] == [None, "stop"]
    told = "".join(c.choices[0].delta.model_extra.get("reasoning_content", "") for c in chunks[:-1])
    assert "- read text: done" in told
    assert told.rstrip().endswith("Checking the draft")
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


def test_200_who_leave_leave_nothing(serving: Serving) -> None:
    """Most of them are still in the queue when they go."""
    address = serving(kit.EndlessModel(kit.Script()), serve={"running": 4, "waiting": 200})
    asking = client(address)
    before = threading.active_count(), open_files()
    streams = [
        asking.chat.completions.create(
            model="looktwice", messages=[user(kit.TOTAL, PICTURE)], stream=True
        )
        for _ in range(200)
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
    assert threading.active_count() <= before[0] + 1  # a thread of asyncio's own pool
    assert "looktwice_disconnects_total 200.0" in httpx.get(f"{address}/metrics").text
    del streams, stream
    wait_until(lambda: open_files() <= before[1] + 3)  # of that thread, and httpx's own
    gc.collect()
    assert not [thing for thing in gc.get_objects() if isinstance(thing, QueuedRun)]


def open_files() -> int:
    """Files and sockets that this process has open; 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0
