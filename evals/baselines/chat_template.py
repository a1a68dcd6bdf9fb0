"""A model's conversation template, freed of a slip that keeps baselines from calling their tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from ...agent.batch.shared_model import served_model
from ...settings import Settings

_DOUBLED = re.compile(r"(<tool_call>\\n)\{(\{[^\n]*?\})\}(\\n</tool_call>)")


def repaired(template: str) -> str:
    """The template with tool calls shown as JSON.

    Qwen 2.5's files show how a call is written in doubled braces, `{{"name": ...}}`. A small model
    writes what it is shown, and no agent's parser reads that. We never use this part of a template.
    """
    return _DOUBLED.sub(r"\1\2\3", template)


@contextmanager
def served(settings: Settings) -> Iterator[Settings]:
    """`served_model` for one worker, its template repaired where the server is our own."""
    with served_model(settings, workers=1) as first:
        template = "" if first is settings else _template(first)
        if repaired(template) == template:
            yield first
            return
    with served_model(settings, workers=1, template=repaired(template)) as second:
        yield second


def _template(settings: Settings) -> str:
    """What llama.cpp says at /props."""
    reply = httpx.get(
        settings.model.removesuffix("/v1") + "/props",
        headers={"Authorization": f"Bearer {settings.api_key.get_secret_value()}"},
        timeout=settings.request_seconds,
        trust_env=False,
    )
    return str(reply.raise_for_status().json().get("chat_template") or "")
