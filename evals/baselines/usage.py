"""Counting what a baseline costs where none can miscount: on the way to the model server."""

from __future__ import annotations

import json
from typing import Any

import httpx

from ...control import Control
from ...schema import Usage

_CHAT = "/chat/completions"


class CountingTransport(httpx.BaseTransport):
    """Passes requests on, counts them and the tokens the server reports, and keeps the time limit.

    Tries that failed and were repeated count too: the server worked on them.

    Args:
        inner: leads to the server; shared between tasks, so closing this one leaves it open.
        control: of the task; past its time no request leaves, and one under way is given up, so
            that the server is free for the next task.
    """

    def __init__(self, inner: httpx.BaseTransport, control: Control) -> None:
        self._inner, self._control = inner, control
        self.calls = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raises DeadlinePassed or Cancelled when the task is over."""
        self._control.check()
        left = self._control.remaining()
        if left is not None:
            request.extensions["timeout"] = dict.fromkeys(
                ("connect", "read", "write", "pool"), left
            )
        chat = request.url.path.endswith(_CHAT)
        if chat:
            self.calls += 1
        response = self._inner.handle_request(request)
        response.read()
        if chat:
            self._add_usage(response.content)
        return response

    def usage(self, tool_calls: int, seconds: float) -> Usage:
        """What the task cost so far."""
        return Usage(
            model_calls=self.calls,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            tool_calls=tool_calls,
            total_seconds=round(seconds, 4),
        )

    def _add_usage(self, body: bytes) -> None:
        used = _usage_in(body)
        self.prompt_tokens += _count(used.get("prompt_tokens"))
        self.completion_tokens += _count(used.get("completion_tokens"))


def _usage_in(body: bytes) -> dict[str, Any]:
    """The field `usage` of a reply; empty for an error, or a server that does not count."""
    try:
        reply = json.loads(body)
    except ValueError:
        return {}
    used = reply.get("usage") if isinstance(reply, dict) else None
    return used if isinstance(used, dict) else {}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
