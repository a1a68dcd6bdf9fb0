"""Text is shortened, and never gives orders to the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.cli.show.text import literal, one_line, shorten


@given(st.text(), st.integers(2, 200))
def test_shortened_texts_fit_on_one_line(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert len(short.splitlines()) <= 1
    whole = " ".join(text.split())
    assert short == whole or (short.endswith("…") and whole.startswith(short[:-1]))


@pytest.mark.parametrize(
    "shown", [one_line, lambda text: literal(text).plain], ids=["line", "text"]
)
def test_signs_of_direction_are_seen_and_turn_nothing(shown: Callable[[str], str]) -> None:
    """A "bill\u202efdp.exe" must not read "billexe.pdf"."""
    assert shown("bill\u202efdp.exe") == r"bill\u202efdp.exe"
    every = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069"
    assert shown(every).isascii()
    assert shown("قائمة 12") == "قائمة 12"


@given(st.text())
def test_no_order_reaches_the_terminal(text: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", literal(text).plain)
    assert len(one_line(text).splitlines()) <= 1
