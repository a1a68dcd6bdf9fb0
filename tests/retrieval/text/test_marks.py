"""A raised mark never becomes part of a number."""

from __future__ import annotations

import pytest
from looktwice.retrieval.text.marks import apart_from_numbers, with_mark


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        ([(0, "27.51"), (1, "3")], ["27.51", "[3]"]),
        ([(0, "1,204"), (1, "12")], ["1,204", "[12]"]),
        ([(0, "9"), (1, "a,b")], ["9", "[a,b]"]),
        ([(0, "EBITDA"), (1, "(2)")], ["EBITDA", "[2]"]),
        ([(0, "411"), (1, "7"), (0, ";")], ["411", "[7]", ";"]),
        ([(1, "4"), (0, "Unaudited")], ["[4]", "Unaudited"]),
        ([(0, "m"), (1, "2")], ["m²"]),
        ([(0, "kg/m"), (1, "3")], ["kg/m³"]),
        ([(0, "s"), (1, "−1")], ["s⁻¹"]),
        ([(0, "10"), (1, "-6")], ["10^-6"]),
        ([(0, "4.2×10"), (1, "5")], ["4.2×10^5"]),
        ([(0, "21"), (1, "st")], ["21st"]),
        ([(0, "H"), (-1, "2"), (0, "O")], ["H2O"]),
        ([(0, "3"), (1, "1"), (0, "/"), (-1, "2")], ["3", "1/2"]),
    ],
)
def test_marks_units_powers_and_fractions(pieces: list[tuple[int, str]], words: list[str]) -> None:
    assert with_mark(pieces) == words


def test_raised_digits_of_the_alphabet_are_marks_behind_numbers_only() -> None:
    assert apart_from_numbers("27.51³ of 40 m²") == "27.51 [3] of 40 m²"
    assert apart_from_numbers("1,930¹² and CO₂") == "1,930 [12] and CO₂"
