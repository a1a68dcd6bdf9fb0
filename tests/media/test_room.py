"""Several pictures are decoded at once only as far as there is room for them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from looktwice.media.room import PixelRoom


def most_at_once(room: PixelRoom, sizes: list[int]) -> int:
    """The largest number of pixels that were decoded at the same time."""
    lock, now, most = threading.Lock(), [0], [0]
    started = threading.Barrier(len(sizes))

    def decode(pixels: int) -> None:
        started.wait(10)
        with room.taking(pixels):
            with lock:
                now[0] += pixels
                most[0] = max(most[0], now[0])
            threading.Event().wait(0.005)
            with lock:
                now[0] -= pixels

    with ThreadPoolExecutor(len(sizes)) as pool:
        list(pool.map(decode, sizes))
    return most[0]


def test_large_pictures_wait_for_each_other() -> None:
    assert most_at_once(PixelRoom(100), [60] * 6) == 60


def test_small_pictures_go_side_by_side() -> None:
    assert most_at_once(PixelRoom(100), [10] * 8) <= 100


def test_one_that_is_too_large_waits_to_be_alone() -> None:
    assert most_at_once(PixelRoom(100), [300, 20, 20]) == 300


def test_room_is_given_back_whatever_happens() -> None:
    room = PixelRoom(1)
    with pytest.raises(ValueError, match="bad"), room.taking(1):
        raise ValueError("bad")
    with room.taking(1):
        pass
