"""Requests the server does not take."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..api_kit import user
from .kit import PICTURE, post


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"messages": []}, "messages: List should have at least 1 item"),
        ({}, "messages: Field required"),
        ({"messages": [{"role": "judge", "content": "x"}]}, "messages.0.role: Input should be"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "holds no words"),
        ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "no sound"),
        ({"messages": [{"role": "user", "content": ""}]}, "holds no words"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages.0.content"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "the user's question"),
        ({"messages": [user("x")], "model": "gpt-4"}, "no model 'gpt-4' here"),
        ({"messages": [user("x")], "n": 0}, "n: Input should be greater"),
        (
            {"messages": [user("x")], "tool_choice": {"function": {"name": "gone"}}},
            "'gone' is none of the tools",
        ),
        ({"messages": [user("x")], "response_format": {"type": "grammar"}}, "expected the type"),
        (
            {"messages": [user("x")], "response_format": {"type": "json_schema"}},
            "json_schema with name and schema",
        ),
        (
            {
                "messages": [user("x", PICTURE)],
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"schema": {"properties": {"a": {"type": "tuple"}}}},
                },
            },
            "a: type 'tuple' is none of",
        ),
        ({"messages": [user("x")], "looktwice": {"evnts": True}}, "looktwice.evnts"),
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


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b"[]"])
def test_what_is_no_json_is_refused(plain: str, content: bytes) -> None:
    reply = post(plain, content)
    assert reply.status_code == 400
    assert reply.json()["error"]["message"]
