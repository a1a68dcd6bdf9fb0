"""What an answer is worth, at a glance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.assurance import SURE, assess, percent
from looktwice.schema import Answer, Citation, Evidence, Provenance, Source, Status, StopReason

SEEN = Evidence(id="E1", kind="text", text="Total 8.20")


def answer(**how: object) -> Answer:
    return Answer(
        **{
            "question": "q?", "text": "It is 8.20.", "status": "answered", "confidence": 0.9,
            "stop_reason": "accepted", "evidence": (SEEN,), **how,
        }
    )  # fmt: skip


def cite(known: Provenance | None, start: int = 0, end: int = 0) -> Citation:
    return Citation(evidence="E1", source=Source(), known=known, start=start, end=end)


@pytest.mark.parametrize(
    ("status", "stop", "grade"),
    [
        ("declined", "unsupported", "declined"),
        ("failed", "cancelled", "stopped"),
        ("partial", "budget", "probable"),
        ("failed", "error", "failed"),
    ],
)
def test_each_end_has_its_grade(status: Status, stop: StopReason, grade: str) -> None:
    assert assess(answer(status=status, stop_reason=stop, confidence=0.0)).grade == grade


@pytest.mark.parametrize(
    ("known", "confidence", "grade", "detail"),
    [
        (["read"], 0.9, "checked", "90 % sure"),
        (["seen", "read"], 0.9, "checked", "90 % sure"),
        (["seen"], 0.97, "probable", "seen by the model, checked by no tool"),
        ([], 0.97, "probable", "no place was found that bears it out"),
        (["read"], 0.6, "probable", "only 60 % sure"),
        (["counted"], 1.0, "checked", "99 % sure"),
    ],
)
def test_green_needs_a_tool_and_a_sure_model(
    known: list[Provenance], confidence: float, grade: str, detail: str
) -> None:
    made = assess(answer(citations=tuple(map(cite, known)), confidence=confidence))
    assert (made.grade, made.detail) == (grade, detail)


def test_talk_claims_nothing() -> None:
    assert assess(answer(evidence=(), stop_reason="no_tools_needed")).grade == "plain"


def test_sentences_that_nothing_bears_out_are_counted() -> None:
    text = "Items:\n- Soup 3.20\n- Bread 1.10. Both are fresh."
    at = text.index("3.20")
    made = assess(answer(text=text, citations=(cite("read", at, at + 4),)))
    assert made.grade == "probable"
    assert made.detail == "2 of 3 sentences checked by no tool"


@given(st.floats(0, 1))
def test_nothing_is_certain(confidence: float) -> None:
    assert percent(confidence) != "100 %"
    made = assess(answer(citations=(cite("read"),), confidence=confidence))
    assert (made.grade == "checked") == (confidence >= SURE)
