"""The name of a document is taken out of a question about it, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.ranking.document_names import without_names


@pytest.mark.parametrize(
    ("question", "document", "left"),
    [
        (
            "Did Foot Locker's sales rise in 2022?",
            "FOOTLOCKER_2022_8K.pdf",
            "Did sales rise in 2022?",
        ),
        ("What did MGM earn last year?", "reports/mgmresorts-2022.pdf", "What did earn last year?"),
        ("What does 3M spend on travel?", "3M_2018.pdf", "What does spend on travel?"),
        ("what does acme spend on travel?", "acme.pdf", "what does spend on travel?"),
        ("Which product sold best in June?", "BESTBUY_Q2.pdf", "Which product sold best in June?"),
        ("What happened in 2022?", "2022.pdf", "What happened in 2022?"),
        ("Who runs Acme?", "acme.pdf", "Who runs Acme?"),
    ],
)
def test_only_the_name_goes(question: str, document: str, left: str) -> None:
    assert without_names(question, [document]) == left


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3))
def test_what_is_left_was_said(question: str, documents: list[str]) -> None:
    left = without_names(question, documents).split()
    said = iter(question.split())
    assert all(word in said for word in left)
