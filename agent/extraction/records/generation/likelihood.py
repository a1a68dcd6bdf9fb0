"""How likely each value that a field may have was to be written, by the tokens of the one that was.

Under a schema a model writes one of the values of a page. What it put on the others where they part from it
says how sure it was, and costs no call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from ....backends.base import TokenChances
from .nulls import value_start

__all__ = ["likelihoods"]


def likelihoods(
    tokens: Sequence[TokenChances], name: str, options: Iterable[str]
) -> Mapping[str, float]:
    """The probability of each of these values of a field; {} where it cannot be told.

    Values that part from the written one at the same token share what the model put there: of each it is
    the most that it can be.

    Args:
        tokens: of the object as it was written.
        name: of the field in it.
        options: what the schema lets it be.
    """
    text = "".join(token.text for token in tokens)
    start = value_start(text, name)
    if start is None or not text.startswith('"', start):
        return {}
    whole = {text[:start] + json.dumps(one, ensure_ascii=False): one for one in options}
    chances: dict[str, float] = {}
    begins, so_far = accumulate((len(token.text) for token in tokens), initial=0), 1.0
    for token, at in zip(tokens, begins, strict=False):
        if at + len(token.text) <= start + 1:
            continue  # what stands before the value, with the mark that opens it
        open_ = [one for one in whole if whole[one] not in chances]
        shares = _shares(token, at, open_)
        kept = {one for one in open_ if _goes_on(one, at, token.text)}
        chances |= {whole[one]: so_far * shares[one] for one in open_ if one not in kept}
        so_far *= max((shares[one] for one in kept), default=0.0)
        if len(kept) <= 1:
            chances |= {whole[one]: so_far for one in kept}
            break
    return chances


def _shares(token: TokenChances, at: int, options: Sequence[str]) -> Mapping[str, float]:
    """What the model put on each option here, of all that it put on any of them."""
    fitting = {
        text: chance
        for text, chance in token.chances.items()
        if text and any(_goes_on(one, at, text) for one in options)
    }
    if not fitting:  # the schema left nothing that the model thought of
        fitting = {token.text: 1.0}
    sum_ = sum(fitting.values()) or 1.0
    return {
        one: sum(chance for text, chance in fitting.items() if _goes_on(one, at, text)) / sum_
        for one in options
    }


def _goes_on(option: str, at: int, text: str) -> bool:
    """Whether a token may come next where an option is written; it may end what stands around it, too."""
    rest = option[at:]
    return bool(rest) and (rest.startswith(text) or text.startswith(rest))
