from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from looktwice.tools.tiles import TileDetection, merge, tiles

SIZE = (2000, 1500)
SIDE = 500


def test_pictures_not_much_larger_than_the_input_are_left_whole() -> None:
    assert tiles(1000, 800, 500) == []
    assert tiles(1001, 800, 500) != []


@given(width=st.integers(1, 20_000), height=st.integers(1, 20_000), side=st.integers(32, 1280))
def test_tiles_cover_the_picture_and_stay_inside(width: int, height: int, side: int) -> None:
    cut = tiles(width, height, side)
    assert len(cut) <= 16
    if not cut:
        return
    for left, top, right, bottom in cut:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
    for axis, total in ((0, width), (1, height)):
        spans = sorted({(tile[axis], tile[axis + 2]) for tile in cut})
        assert spans[0][0] == 0
        assert spans[-1][1] == total
        assert all(after[0] < before[1] for before, after in pairwise(spans))


def joined(whole: list[TileDetection], *parts: list[TileDetection]) -> list[TileDetection]:
    borders = tiles(*SIZE, SIDE)
    filled = [*parts, *[[] for _ in range(len(borders) - len(parts))]]
    return merge(whole, filled, SIZE, SIDE, least=0.3)


def test_small_things_only_a_tile_shows_are_added() -> None:
    bird = TileDetection("bird", 0.8, (100, 100, 140, 130))
    assert joined([], [bird]) == [bird]


def test_the_same_thing_in_two_tiles_counts_once() -> None:
    first = TileDetection("bird", 0.8, (100, 100, 140, 130))
    again = TileDetection("bird", 0.9, (102, 101, 141, 131))
    assert joined([], [first], [again]) == [again]


def test_a_part_of_something_large_is_not_added() -> None:
    dog = TileDetection("dog", 0.9, (50, 50, 900, 900))
    paw = TileDetection("dog", 0.9, (100, 100, 140, 130))
    assert joined([dog], [paw]) == [dog]


def test_what_ends_at_a_tiles_inner_border_is_left_to_its_neighbour() -> None:
    right = tiles(*SIZE, SIDE)[0][2]
    assert joined([], [TileDetection("dog", 0.9, (right - 60, 100, right, 130))]) == []
    assert (
        joined([], [TileDetection("dog", 0.9, (0, 100, 60, 130))]) != []
    )  # at the picture's own border


def test_tiles_must_be_surer_than_the_whole_and_only_add_what_is_small() -> None:
    assert joined([], [TileDetection("dog", 0.4, (100, 100, 140, 130))]) == []
    assert joined([], [TileDetection("dog", 0.9, (10, 10, 500, 130))]) == []
