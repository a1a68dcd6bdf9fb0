"""How likely each value of a page was to be written, by the tokens of the one that was."""

from __future__ import annotations

import pytest
from looktwice.agent.backends.base import TokenChances
from looktwice.agent.extraction.records.generation.likelihood import likelihoods


def told(*tokens: tuple[str, dict[str, float]]) -> tuple[TokenChances, ...]:
    return tuple(TokenChances(text=text, chances={text: 1.0, **others}) for text, others in tokens)


BEGUN: tuple[tuple[str, dict[str, float]], ...] = ('{"total":', {}), (' "', {})


def test_what_parts_from_the_written_value_has_what_the_model_put_there() -> None:
    tokens = told(*BEGUN, ("4", {"4": 0.5, "3": 0.4, "2": 0.1}), ("0.35", {}), ('"}', {"2": 0.2}))
    assert likelihoods(tokens, "total", ["40.35", "38.37", "36.20", "9.00"]) == {
        "40.35": pytest.approx(0.5 / 0.9),  # 2... is no value of the page
        "38.37": pytest.approx(0.4 / 0.9),
        "36.20": pytest.approx(0.4 / 0.9),
        "9.00": 0.0,
    }


def test_a_value_that_another_begins_with_is_told_by_its_end() -> None:
    tokens = told(*BEGUN, ("3", {}), ("00", {}), ('"}', {'"}': 0.7, ".": 0.3}))
    found = likelihoods(tokens, "total", ["300", "300.50"])
    assert found == {"300": pytest.approx(0.7), "300.50": pytest.approx(0.3)}


def test_what_a_schema_forces_is_as_likely_as_it_can_be() -> None:
    tokens = (*told(*BEGUN), TokenChances(text="7", chances={"9": 1.0}), *told(('.00"}', {})))
    assert likelihoods(tokens, "total", ["7.00"]) == {"7.00": 1.0}


@pytest.mark.parametrize("reply", ['{"total": null}', '{"other": "7.00"}'])
def test_nothing_is_said_of_a_field_without_a_value(reply: str) -> None:
    assert likelihoods(told((reply, {})), "total", ["7.00"]) == {}


def test_nothing_is_said_without_tokens() -> None:
    assert likelihoods((), "total", ["7.00"]) == {}
