"""Numbers under the heads of their columns, by place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.text.heads import column_heads, heads_over

HEADS = [(0.0, 20.0), (40.0, 50.0), (52.0, 60.0), (80.0, 90.0)]


def test_words_that_stand_close_are_one_head() -> None:
    heads = column_heads(HEADS, [range(1, 2), range(3, 4)])
    assert [list(head.words) for head in heads] == [[1, 2], [3]]
    assert [(head.left, head.right) for head in heads] == [(30.0, 70.0), (70.0, 100.0)]


def test_names_that_stand_together_are_no_heads() -> None:
    assert column_heads([(0.0, 1.0), (1.0, 2.0)], [range(1), range(1, 2)]) == []


def test_a_cell_outside_has_no_head() -> None:
    heads = column_heads(HEADS, [range(1, 2), range(3, 4)])
    assert heads_over(heads, [(44.0, 58.0), (82.0, 88.0)]) == [0, 1]
    assert heads_over(heads, [(44.0, 58.0), (110.0, 120.0)]) == []


@given(st.lists(st.tuples(st.floats(2, 30), st.floats(1, 20)), min_size=2, max_size=8))
def test_what_stands_right_below_a_head_is_under_it(steps: list[tuple[float, float]]) -> None:
    places, at = [], 0.0
    for gap, width in steps:
        places.append((at + gap, at + gap + width))
        at += gap + width
    heads = column_heads(places, [range(n, n + 1) for n in range(len(places))])
    assert heads_over(heads, places) == list(range(len(places)))
