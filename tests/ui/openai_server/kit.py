"""Asking the OpenAI-compatible server, for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from ...agent import kit
from ..api_kit import client

Serving = Callable[..., str]


PICTURE = kit.picture(7)


def ask(address: str, *messages: Any, **how: Any) -> Any:
    return client(address).chat.completions.create(
        model="looktwice", messages=list(messages), **how
    )


def post(address: str, content: bytes, **headers: str) -> httpx.Response:
    sent = {"content-type": "application/json", **headers}
    return httpx.post(f"{address}/v1/chat/completions", content=content, headers=sent)
