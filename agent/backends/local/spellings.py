"""The tokens that an option of a choice may begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....errors import UsageError


def first_tokens(tokenizer: Any, options: Sequence[str]) -> dict[str, set[int]]:
    """The tokens each option may begin with: as written, in other cases, after a space.

    A spelling is left out where it would count other words too: when it is split more finely than
    the option itself, or when two options share it.

    Raises:
        UsageError: fewer than two options, or options that begin alike.
    """
    if len(options) < 2 or not all(option.strip() for option in options):
        raise UsageError(f"expected two or more options that are not empty, got {list(options)}")
    own = {option: _first(tokenizer, option) for option in options}
    if len({token for token, _ in own.values()}) < len(options):
        raise UsageError(
            f"the options {list(options)} begin with the same token; word them so that their "
            "beginnings differ"
        )
    found: dict[str, set[int]] = {}
    for option in options:
        spellings = {option, option.lower(), option.upper(), option.capitalize()}
        firsts = [_first(tokenizer, gap + way) for way in spellings for gap in ("", " ")]
        found[option] = {token for token, length in firsts if length >= own[option][1]}
    return {
        option: {own[option][0]}
        | {t for t in tokens if not any(t in found[o] for o in options if o != option)}
        for option, tokens in found.items()
    }


def _first(tokenizer: Any, text: str) -> tuple[int, int]:
    """The first token that is not blank, and how many letters of the text it covers."""
    for token in tokenizer.encode(text, add_special_tokens=False):
        length = len(tokenizer.decode([token]).strip())
        if length:
            return int(token), length
    raise UsageError(f"the option {text!r} has no token of its own")
