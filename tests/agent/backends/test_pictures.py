"""How large pictures are shown, by themselves and together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.backends.pictures import (
    FEWEST_PIXELS,
    SHOWN_TOKENS,
    fewer,
    fitted,
    tokens_of,
    wanted_pixels,
)
from looktwice.schema import Origin, Picture

MEGA = 1_000_000


def picture(width: int, height: int, document: str | None = None) -> Picture:
    origin = Origin(document=document, page=1, frame="page") if document else None
    return Picture(sha256="a" * 64, width=width, height=height, format="PNG", origin=origin)


def test_a_page_is_shown_larger_than_a_photo() -> None:
    shown = [picture(4000, 3000), picture(1700, 2200, "report.pdf")]
    assert wanted_pixels(shown, MEGA, 3 * MEGA) == [MEGA, 3 * MEGA]


def test_few_pictures_are_shown_as_wanted() -> None:
    shown = [picture(4000, 3000)] * 4
    assert fitted(shown, [MEGA] * 4, 32_768, 1024) == [MEGA] * 4


def test_thirty_two_pictures_share_the_room() -> None:
    shown = [picture(4000, 3000)] * 32
    pixels = fitted(shown, [MEGA] * 32, 131_072, 1024)
    assert len(set(pixels)) == 1
    together = sum(tokens_of(p, n) for p, n in zip(shown, pixels, strict=True))
    assert SHOWN_TOKENS * 0.95 < together <= SHOWN_TOKENS + 32


def test_a_small_picture_among_large_ones_stays_as_it_is() -> None:
    shown = [picture(300, 200), *[picture(4000, 3000)] * 20]
    pixels = fitted(shown, [MEGA] * 21, 131_072, 1024)
    assert pixels[0] >= 300 * 200
    assert sum(min(p.width * p.height, n) for p, n in zip(shown, pixels, strict=True)) <= (
        SHOWN_TOKENS * 1024
    )


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000)), max_size=40),
    st.integers(2, 200_000),
)
def test_together_they_never_take_more_than_half_of_what_can_be_read(
    sides: list[tuple[int, int]], context: int
) -> None:
    shown = [picture(*side) for side in sides]
    pixels = fitted(shown, [MEGA] * len(shown), context, 1024)
    sizes = [min(p.width * p.height, n) for p, n in zip(shown, pixels, strict=True)]
    room = min(SHOWN_TOKENS, context // 2) * 1024
    assert sum(sizes) <= max(room, FEWEST_PIXELS * len(shown))
    assert all(n <= MEGA for n in pixels)


def test_fewer_pixels_come_to_an_end() -> None:
    tries = list(fewer([picture(1000, 1000), picture(10, 10)], [MEGA, MEGA]))
    assert tries[0] == [500_000, 500_000]
    assert tries[-1][0] >= FEWEST_PIXELS
    assert list(fewer([picture(64, 64)], [MEGA])) == []
