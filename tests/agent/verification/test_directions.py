"""What went up went up, by the answer's own numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.verification.directions import wrong_directions


@pytest.mark.parametrize(
    "said",
    [
        "Yes, it increased from $570 million in 2021 to $392 million in 2022.",
        "It fell from 20.2% to 22.9%.",
        "No, it fell from 3 to 5.",
        "Der Umsatz stieg von 5,2 Millionen auf 4,9 Millionen Euro.",
        "Le chiffre d'affaires de 2021 a augmenté de 12 à 9 millions.",
        "Revenue grew from 1.2 billion to 900 million.",
        "Fine.\nSales rose from 12 to 9.",
    ],
)
def test_a_change_that_goes_the_other_way_is_found(said: str) -> None:
    assert len(wrong_directions(said)) == 1


@pytest.mark.parametrize(
    "said",
    [
        "Yes, it increased from $392 million in 2021 to $570 million in 2022.",
        "It did not increase from 5 to 3.",
        "It didn't increase from 5 to 3.",
        "It rose by 5 to 12.",
        "Sales rose while costs fell from 3 to 2.",
        "It grew from 900 million to 1.2 billion.",
        "The loss increased from (5) to (7).",
        "It rose from 2019 to 2021.",
        "Sales rose from 5 to 5.",
        "No change from 5 to 3.",
        "",
    ],
)
def test_what_is_right_or_cannot_be_told_stands(said: str) -> None:
    assert wrong_directions(said) == []


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_only_one_direction_is_right(before: int, after: int) -> None:
    rose = wrong_directions(f"It rose from {before:,} units to {after:,} units.")
    fell = wrong_directions(f"It fell from {before:,} units to {after:,} units.")
    years = any(1900 <= n <= 2100 for n in (before, after))
    assert len(rose) + len(fell) == (before != after) or years


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    wrong_directions(text)
