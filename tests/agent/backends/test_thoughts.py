"""Thoughts are told apart from answers, however they are cut into pieces."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.backends.thoughts import ThoughtFilter

CASES = [
    ("<think>\nIs it red? Yes.\n</think>\n\nRed.", False, "Red."),
    ("  <thinking>hm</thinking>  Blue", False, "Blue"),
    ("Is it red? Yes.\n</think>\n\nRed.", True, "Red."),
    ("no end of thoughts", True, ""),
    ("<think>no end of thoughts", False, ""),
    ("<think></think>Two.", False, "Two."),
    ("<table> is a tag, and a < b", False, "<table> is a tag, and a < b"),
    ("I <think> it is red", False, "I <think> it is red"),
    ("a </b> tag", False, "a </b> tag"),
    ("<th", False, "<th"),
    ("ends with <", False, "ends with <"),
    ("", False, ""),
]


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({p % (len(text) + 1) for p in places} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(ends)]


@given(st.sampled_from(CASES), st.lists(st.integers(0, 40), max_size=8))
def test_only_the_answer_is_passed_on(case: tuple[str, bool, str], places: list[int]) -> None:
    text, opened, answer = case
    heard: list[str] = []
    thoughts = ThoughtFilter(heard.append, opened=opened)
    for piece in cut(text, places):
        thoughts.feed(piece)
    thoughts.end()
    assert "".join(heard) == answer
    assert all(heard)
    assert thoughts.thinking == (not answer and bool(text) and len(text) > 3)


def test_an_end_that_nobody_opened_is_told() -> None:
    heard: list[str] = []
    thoughts = ThoughtFilter(heard.append)
    for piece in ("Let me see. ", "It is </th", "ink>\n", "\nRed."):
        thoughts.feed(piece)
    thoughts.end()
    assert thoughts.unopened is not None
    assert "".join(heard)[thoughts.unopened :] == "Red."
