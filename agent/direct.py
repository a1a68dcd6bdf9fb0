"""The chat model asked by itself: no tools, no documents, no checks.

For what programs need beside answers: a chat's title, an answer brought into the form of a schema, the
arguments of a function. What comes of it rests on nothing and says so: there is no evidence.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import RootModel

from ..schema import Answer
from .backends.base import JsonSchema, Message
from .budget import Meter
from .structured_output import ask_json

_LONGEST = 12_000
"""Characters of a prompt; of a longer one the middle is left out."""


class _Object(RootModel[dict[str, Any]]):
    """Any JSON object."""


def direct_reply(
    model: Meter, prompt: str, schema: JsonSchema | None, max_tokens: int | None
) -> str:
    """What the model writes; JSON of the schema where one is given.

    Raises:
        MalformedReply: twice no JSON.
        ModelError: the model failed or is gone.
    """
    messages = [Message(role="user", text=without_middle(prompt))]
    if schema is None:
        return model.generate(messages, max_tokens=max_tokens).text.strip()
    value = ask_json(model, messages, schema, _Object, max_tokens or 700)
    return json.dumps(value.root, ensure_ascii=False)


def without_middle(text: str, most: int = _LONGEST) -> str:
    """The text, or its beginning and its end: tasks stand at either, transcripts between them."""
    half = most // 2
    return text if len(text) <= most else f"{text[:half]}\n...\n{text[-half:]}"


def direct_answer(text: str, prompt: str, meter: Meter, model: str, pack: str) -> Answer:
    """The reply as the answer that servers know."""
    return Answer(
        question=prompt[:200],
        text=text,
        status="answered",
        confidence=0.0,
        stop_reason="no_tools_needed",
        form="talk",
        usage=meter.usage(),
        model=model,
        pack=pack,
    )
