"""Questions put to the model in a form a program can read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import ModelError
from .backends.base import JsonSchema, Message
from .budget import Meter


class MalformedReply(ModelError):
    """Twice no JSON of the shape that was asked for; the server itself is well."""


M = TypeVar("M", bound=BaseModel)


def ask_json(
    model: Meter,
    messages: Sequence[Message],
    schema: JsonSchema,
    shape: type[M],
    max_tokens: int = 200,
) -> M:
    """A reply under a JSON schema, read into `shape`; one repair, then it is an error.

    Raises:
        MalformedReply: both replies were nonsense; the message holds the reason.
        ModelError: the model failed or is gone.
    """
    reason = ""
    for _ in range(2):
        reply = model.generate(messages, schema=schema, max_tokens=max_tokens)
        try:
            # Not json.loads: it raises other errors for huge numbers and depths, and lets half a
            # surrogate pass, which no answer could be written down with.
            value = shape.model_validate_json(reply.text)
            json.dumps(value.model_dump(), allow_nan=False)
            return value
        except ValueError as error:  # pydantic's is one of them
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            complaint = f"That was not the JSON asked for ({reason}). Reply with the JSON only."
            messages = [
                *messages,
                Message(role="assistant", text=reply.text or "(nothing)"),
                Message(role="user", text=complaint),
            ]
    raise MalformedReply(f"the model did not give the JSON it was asked for: {reason}")


def probability_of_yes(model: Meter, messages: Sequence[Message]) -> float:
    """P(yes) against P(no) for the next word (after Q-Bench: the probability, not the text)."""
    return model.choose(messages, ("yes", "no")).probabilities["yes"]


def json_value(value: Any) -> str:
    """A value as compact JSON, letters of every script as they are."""
    return json.dumps(value, ensure_ascii=False)
