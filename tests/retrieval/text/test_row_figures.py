"""Figures at the end of a line are the cells of a row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.text.row_figures import cells_of


@pytest.mark.parametrize(
    ("line", "label", "cells"),
    [
        ("Sales of 2018 $ 5 (4)% n/a", "Sales of", ["2018", "$ 5", "(4)%", "n/a"]),
        ("Margin 24.2 % 23.4 %", "Margin", ["24.2%", "23.4%"]),
        ("Other — net (56) — 1", "Other — net", ["(56)", "—", "1"]),
        ("in 3 shops of ours", "in 3 shops of ours", []),
        ("", "", []),
    ],
)
def test_a_label_and_the_figures_behind_it(line: str, label: str, cells: list[str]) -> None:
    assert cells_of(line) == (label, cells)


@given(st.text(alphabet="ab 12.,$()%—-", max_size=40))
def test_no_number_is_lost(line: str) -> None:
    label, cells = cells_of(line)
    digits = [sign for sign in "".join([label, *cells]) if sign.isdigit()]
    assert digits == [sign for sign in line if sign.isdigit()]
