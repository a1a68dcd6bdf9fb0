"""How a calculation is told as an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.verification.calculation import told
from looktwice.schema import Calculation
from looktwice.tools.calculate import evaluate, spell


def sum_of(expression: str) -> Calculation:
    return Calculation(expression=expression, result=spell(evaluate(expression)))


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("1,577 - 1,373", "204 = 1,577 - 1,373"),
        ("(5 - 3) / 3 * 100", "66.67 ≈ (5 - 3) / 3 * 100"),
        ("1 / 700", "0.00143 ≈ 1 / 700"),
        ("22.9% - 20.2%", "2.7% = 22.9% - 20.2%"),
        ("22% * 50", "11 = 22% * 50"),
        ("3 - 3", "0 = 3 - 3"),
        ("10 ** 20 + 1", "1" + "0" * 19 + "1 = 10 ** 20 + 1"),
    ],
)
def test_the_result_is_rounded_and_shown_with_its_numbers(expression: str, answer: str) -> None:
    assert told(sum_of(expression)) == answer


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_whatever_the_numbers_it_can_be_told(a: int, b: int) -> None:
    assert told(sum_of(f"{a} / {b}")).endswith(f"{a} / {b}")
