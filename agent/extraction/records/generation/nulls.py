"""How near a model was to writing that a document does not give a field.

A model under a schema writes `null` or a value. What it puts on `null` where it wrote a value says whether
the field is there at all, and costs no call (after Kadavath et al. 2022, "Language Models (Mostly) Know
What They Know").
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ....backends.base import TokenChances

__all__ = ["null_chances", "value_start"]


def null_chances(tokens: Sequence[TokenChances], names: Sequence[str]) -> Mapping[str, float]:
    """The probability of `null` for each of these names of a JSON object, where it can be told.

    Args:
        tokens: of the object as it was written.
    """
    text = "".join(token.text for token in tokens)
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token.text))
    found: dict[str, float] = {}
    for name in names:
        at = value_start(text, name)
        if at is None:
            continue
        own = next((n for n, end in enumerate(starts[1:]) if end > at), None)
        if own is not None:
            found[name] = _null(tokens[own].chances, text[starts[own] : at])
    return found


def value_start(text: str, name: str) -> int | None:
    """Where the value of a field begins in a JSON object; None where it has none."""
    key = f"{json.dumps(name, ensure_ascii=False)}:"
    at = text.find(key) + len(key)
    return None if at < len(key) else at + len(text[at:]) - len(text[at:].lstrip())


def _null(chances: Mapping[str, float], before: str) -> float:
    """The probability of tokens that begin `null`, after what of the token stands before the value."""
    values = {token[len(before) :].strip(): chance for token, chance in chances.items()}
    return sum(chance for token, chance in values.items() if token and "null".startswith(token[:4]))
