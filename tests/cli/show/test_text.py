"""Text is shortened, and never gives orders to the terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from looktwice.cli.show.text import shorten


@given(st.text(), st.integers(2, 200))
def test_shortened_texts_fit_on_one_line(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert len(short.splitlines()) <= 1
    whole = " ".join(text.split())
    assert short == whole or (short.endswith("…") and whole.startswith(short[:-1]))
