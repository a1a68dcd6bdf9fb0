"""Normal forms: the same as Unicode's, but for letters with more marks than any writing has."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.text.unicode_forms import normal_form

from ...patterns_kit import within

FALLING = "a" + "\u0301" * 100_000 + "\u0316" * 100_000
"""Marks that all have to pass each other; sorting them took minutes."""


@given(st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_texts_are_normalised_as_unicode_says(
    text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]
) -> None:
    assert normal_form(form, text) == unicodedata.normalize(form, text)


def test_marks_in_falling_order_take_no_square() -> None:
    with within(0.5):
        assert len(normal_form("NFKD", FALLING)) == 31


@pytest.mark.parametrize("text", ["Ệ" * 500, "לְֽ" * 200, "👩‍👩‍👧" * 100, "…" * 300])
def test_ordinary_writing_keeps_every_mark(text: str) -> None:
    assert normal_form("NFD", text) == unicodedata.normalize("NFD", text)
