"""The graph's state."""

from __future__ import annotations

from typing import get_type_hints

from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.state import State, Turn, appended, fresh
from looktwice.schema import Picture

PICTURE = Picture(sha256="a" * 64, width=2, height=2, format="PNG")


@given(st.lists(st.integers()), st.lists(st.integers()))
def test_appended_adds_in_order_and_leaves_its_arguments_alone(
    old: list[int], new: list[int]
) -> None:
    before = tuple(old)
    assert appended(before, tuple(new)) == (*old, *new)
    assert before == tuple(old)


@given(st.lists(st.integers()).map(tuple))
def test_none_empties_and_nothing_adds_nothing(old: tuple[int, ...]) -> None:
    assert appended(old, None) == ()
    assert appended(old, ()) == old


def test_a_fresh_question_resets_everything_but_what_was_said() -> None:
    state = fresh("What?", (PICTURE,))
    assert set(get_type_hints(State)) - set(state) == {"turns", "answer"}
    assert state["question"] == state["standalone_question"] == "What?"
    assert state["given"] == (PICTURE,)
    for channel in ("results", "evidence", "steps"):
        assert state[channel] is None
    assert state["stop"] is None
    assert state["round"] == 0


def test_turns_round_trip() -> None:
    turn = Turn(question="q", answer="a", status="answered", pictures=(PICTURE,))
    assert Turn.model_validate_json(turn.model_dump_json()) == turn
