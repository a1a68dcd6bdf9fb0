"""How near a model was to writing null is read from the tokens of its reply."""

from __future__ import annotations

from looktwice.agent.backends.base import TokenChances
from looktwice.agent.extraction.records.generation.nulls import null_chances


def token(text: str, **chances: float) -> TokenChances:
    return TokenChances(text=text, chances={f" {k}": v for k, v in chances.items()} or {text: 1.0})


def test_the_token_that_begins_a_value_tells() -> None:
    tokens = [
        token('{"'),
        token("total"),
        token('":'),
        TokenChances(text=' "', chances={' "': 0.7, " null": 0.2, " n": 0.1}),
        token('8.20",'),
        token(' "due date":'),
        TokenChances(text=" null", chances={' "': 0.25, " null": 0.75}),
        token("}"),
    ]
    found = null_chances(tokens, ["total", "due date", "other"])
    assert {name: round(chance, 3) for name, chance in found.items()} == {
        "total": 0.3,
        "due date": 0.75,
    }


def test_a_token_may_hold_more_than_the_beginning_of_a_value() -> None:
    tokens = [
        token('{"total'),
        TokenChances(text='": "', chances={'": "': 0.6, '": null': 0.4}),
        token('8.20"}'),
    ]
    assert null_chances(tokens, ["total"]) == {"total": 0.4}


def test_nothing_is_told_without_tokens() -> None:
    assert null_chances([], ["total"]) == {}
