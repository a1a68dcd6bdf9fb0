"""Joining rankings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.ranking.fusion import (
    best_group,
    best_of_each,
    by_document,
    by_page,
    fuse,
    rank_fusion,
    reranked,
)

Scores = st.dictionaries(st.integers(0, 20), st.floats(0, 1), max_size=12)


def test_first_in_every_list_is_one_and_what_two_found_beats_what_one_found() -> None:
    scores = rank_fusion([([1, 2, 3], 1.0), ([1, 3], 0.5)])
    assert scores[1] == pytest.approx(1.0)
    assert scores[3] > scores[2]


def test_a_heavier_list_decides() -> None:
    scores = rank_fusion([([1, 2], 1.0), ([2, 1], 3.0)])
    assert scores[2] > scores[1]


@given(Scores, Scores, st.floats(0, 2))
def test_a_fused_score_is_no_more_than_its_parts(
    similar: dict[int, float], keyword: dict[int, float], weight: float
) -> None:
    fused = fuse(similar, keyword, weight)
    assert fused.keys() == similar.keys() | keyword.keys()
    assert all(0 <= score <= 1 + weight for score in fused.values())


def test_the_better_document_comes_first_where_passages_are_nearly_alike() -> None:
    scores = {1: 0.60, 2: 0.59, 3: 0.58, 4: 0.61}
    document_of = {1: 10, 2: 10, 3: 10, 4: 20}
    joined = by_document(scores, document_of, bonus=0.1)
    assert max(joined, key=joined.__getitem__) == 1
    assert by_document({}, {}, 0.1) == {}


def test_one_of_each_group_keeps_the_order() -> None:
    assert best_of_each(["a1", "b1", "a2", "c1"], lambda item: item[0]) == ["a1", "b1", "c1"]


def test_a_reranker_can_turn_the_order_and_its_weight_says_how_much() -> None:
    first, second = [0.9, 0.8, 0.1], [0.0, 1.0, 0.2]
    strong, none = reranked(first, second, 0.9), reranked(first, second, 0.0)
    assert strong.index(max(strong)) == 1
    assert none.index(max(none)) == 0
    assert reranked([], [], 0.5) == []
    assert reranked(first, [0.5, 0.5, 0.5], 0.0) == first


def test_a_reranker_that_gives_small_numbers_counts_as_much_as_one_that_gives_large() -> None:
    first, second = [0.9, 0.8, 0.1], [0.0, 1.0, 0.2]
    small = reranked(first, [value / 100 for value in second], 0.5)
    assert small == pytest.approx(reranked(first, second, 0.5))
    assert sum(small) == pytest.approx(sum(first))


def test_a_page_is_judged_by_its_two_best_passages_and_keeps_the_best() -> None:
    scores = {1: 0.60, 2: 0.20, 3: 0.59, 4: 0.58}
    pages = {1: "a", 2: "a", 3: "b", 4: "b"}
    joined = by_page(scores, pages, 0.5)
    assert joined.keys() == {1, 3}
    assert joined[3] > joined[1]
    assert by_page({7: 0.5}, {7: "c"}, 0.5) == {7: pytest.approx(0.5)}


def test_the_best_group_is_good_on_average_and_there_may_be_none() -> None:
    groups = {1: 7, 2: 7, 3: 8, 4: 8, 5: 8}
    assert best_group({1: 0.9, 2: 0.1, 3: 0.5, 4: 0.5, 5: 0.5}, groups) == 8
    assert best_group({}, {}) is None
