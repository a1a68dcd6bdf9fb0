"""How the next token is taken."""

from __future__ import annotations

from typing import Any

GREEDY: dict[str, Any] = {
    # No penalty for repeating: an answer quotes the evidence that stands in the prompt. The rest is
    # unused, and named so that nothing warns.
    "repetition_penalty": 1.0,
    "do_sample": False,
    "temperature": 1.0,
    "top_p": 1.0,
    "top_k": 50,
}


def sampling(temperature: float) -> dict[str, Any]:
    """Settings for `generate`; with a temperature the maker's top_p and top_k apply."""
    if temperature > 0:
        return {"repetition_penalty": 1.0, "do_sample": True, "temperature": temperature}
    return GREEDY
