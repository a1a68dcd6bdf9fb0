"""LexRank: the sentences that say most of what the others say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.summarising.centrality import central, chosen

ABOUT_PIPES = [
    "The weather was fine on the day of the fair.",
    "New pipes of iron were laid below Harbour Street.",
    "Below Harbour Street the old pipes leaked.",
    "The pipes below Harbour Street were laid anew in iron.",
]


def test_what_the_others_say_comes_first() -> None:
    ranked = central(ABOUT_PIPES)
    assert sorted(ranked) == [0, 1, 2, 3]
    assert ranked[-1] == 0
    assert ranked[0] in (1, 3)


def test_the_beginning_is_always_read() -> None:
    assert chosen(ABOUT_PIPES, len(ABOUT_PIPES[0]), lead=1) == [0]
    assert 0 not in chosen(ABOUT_PIPES, 110)


@given(st.lists(st.text(alphabet="abc d", max_size=20), max_size=12), st.integers(0, 60))
def test_what_is_chosen_fits_and_keeps_its_order(texts: list[str], room: int) -> None:
    taken = chosen(texts, room, lead=2)
    assert taken == sorted(set(taken))
    assert len(taken) <= 1 or sum(len(texts[n]) for n in taken) <= room
    assert bool(taken) == bool(texts)


def test_many_texts_are_compared_in_bounded_time() -> None:
    assert len(central([f"line {n} of a long list" for n in range(5_000)])) <= 1_500
