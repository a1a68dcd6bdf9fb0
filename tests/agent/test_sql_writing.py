"""How near a model was to writing no query is read from the tokens of its reply."""

from __future__ import annotations

import pytest
from looktwice.agent.backends.base import TokenChances
from looktwice.agent.sql_writing import empty_chance


def token(text: str, **chances: float) -> TokenChances:
    return TokenChances(text=text, chances=chances)


def test_an_empty_string_may_come_as_one_token_or_as_two() -> None:
    start = TokenChances(text=' "', chances={' "': 0.9, ' ""}': 0.1})
    after = TokenChances(text="SELECT", chances={"SELECT": 0.8, '"}': 0.2})
    tokens = [token('{"'), token("sql"), token('":'), start, after]
    assert empty_chance(tokens) == pytest.approx(0.1 + 0.9 * 0.2)


def test_nothing_is_told_without_tokens() -> None:
    assert empty_chance([]) == 0.0
