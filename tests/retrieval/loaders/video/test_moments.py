"""Which frames of a video are looked at: those that look other than the one before."""

from __future__ import annotations

import numpy as np
from looktwice.media.video import Frame
from looktwice.retrieval.loaders.video.moments import moments_of
from PIL import Image

WALL = 200


def frames(changed: int, seconds: int = 6) -> list[Frame]:
    """A bare wall; from the third second on a dial with black hands, as bright as the wall all in all."""
    wall = np.full((72, 128, 3), WALL, np.uint8)
    dial = wall.copy()
    dial[16:32, 16:32] = 255
    dial[16:32:4, 16:32] = 4 * WALL - 3 * 255
    looks = [wall if at < changed else dial for at in range(seconds)]
    return [
        Frame(float(at), look, lambda: Image.new("RGB", (8, 8))) for at, look in enumerate(looks)
    ]


def test_a_thing_that_is_as_bright_as_the_wall_begins_a_moment() -> None:
    found = list(moments_of(frames(3), [], apart=0.5, rate=1.0, most=100))
    assert [(moment.seconds, moment.until) for moment in found] == [(0.0, 3.0), (3.0, 6.0)]


def test_nothing_new_is_one_moment() -> None:
    (found,) = moments_of(frames(6), [], apart=0.5, rate=1.0, most=100)
    assert found.until == 6.0
