"""Choices read from what a server says of the first token, or from what it writes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import ModelError, UsageError
from .base import Choice, JsonSchema, TokenChances

LEAST_MASS = 0.05
"""Probability of all options together below which a model is made to write one of them: it would begin
with something else, such as a thought."""


def score(
    top: Sequence[tuple[str, float]],
    options: Sequence[str],
    model: str,
    prompt_tokens: int = 0,
    completion_tokens: int = 1,
) -> Choice:
    """Share the first token's alternatives out among the options that begin with them.

    Case, spaces and quotation marks around a token do not count: " Yes" and "yes" both speak for
    the option "yes", as does "y".

    Args:
        top: tokens and their (natural) log probabilities.
        options: what the reply may begin with.
        model: its name, for messages.
        prompt_tokens, completion_tokens: put into the result.

    Raises:
        UsageError: most of what fits an option fits two.
        ModelError: nothing fits any option.
    """
    plain = {option: option.strip().casefold() for option in options}
    found = dict.fromkeys(options, 0.0)
    shared = 0.0
    for token, logprob in top:
        start = token.strip(" \t\r\n\u2581\u0120\"'`*.,:;!([").casefold()
        fits = [option for option, text in plain.items() if start and text.startswith(start)]
        if len(fits) == 1:
            found[fits[0]] += math.exp(logprob)
        elif fits:
            shared += math.exp(logprob)
    mass = sum(found.values())
    if shared > mass:
        raise UsageError(f"options begin with the same token for {model}: {list(options)!r}")
    if mass <= 0:
        likely = ", ".join(repr(token) for token, _ in top[:3])
        raise ModelError(f"{model}: would begin with {likely}, with none of {list(options)!r}")
    return Choice(
        probabilities={option: value / mass for option, value in found.items()},
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        mass=min(1.0, mass),
    )


def alternatives(completion: Mapping[str, Any]) -> list[tuple[str, float]] | None:
    """The first token's alternatives, or None where the server gave none."""
    choices = completion.get("choices")
    content = choices and (choices[0].get("logprobs") or {}).get("content")
    if not content:
        return None
    first = content[0]
    top = [(each["token"], each["logprob"]) for each in first.get("top_logprobs") or ()]
    return top or [(first["token"], first["logprob"])]


def tokens_of(choice: Mapping[str, Any]) -> list[TokenChances]:
    """The tokens of a piece of a reply with what might have stood in their places."""
    content = (choice.get("logprobs") or {}).get("content") or ()
    return [
        TokenChances(
            text=each["token"],
            chances={
                one["token"]: math.exp(one["logprob"]) for one in each.get("top_logprobs") or ()
            },
        )
        for each in content
    ]


def one_of(options: Sequence[str]) -> JsonSchema:
    """The schema of a reply that names one option."""
    return {
        "type": "object",
        "properties": {"answer": {"type": "string", "enum": list(options)}},
        "required": ["answer"],
        "additionalProperties": False,
    }


def chosen(text: str, options: Sequence[str]) -> str | None:
    """The option that a reply names, in JSON or as the only one in its words; None for none."""
    try:
        value = json.loads(text)
    except ValueError:
        named = [o for o in options if re.search(rf"\b{re.escape(o)}\b", text, re.IGNORECASE)]
        return named[0] if len(named) == 1 else None
    given = value.get("answer") if isinstance(value, dict) else value
    return given if isinstance(given, str) and given in options else None


def begins_with_thought(completion: Mapping[str, Any], top: Sequence[tuple[str, float]]) -> bool:
    """Whether a model would think before it answers."""
    choices = completion.get("choices") or [{}]
    message = choices[0].get("message") or {}
    if thought_in(message):
        return True
    return bool(top) and top[0][0].strip().startswith("<think")


def thought_in(part: Mapping[str, Any]) -> str:
    """What a server gives as a thought, apart from the answer."""
    return part.get("reasoning_content") or part.get("reasoning") or ""
