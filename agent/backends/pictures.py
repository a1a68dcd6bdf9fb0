"""How large the pictures of one prompt are shown.

A photo has `picture_pixels` at most, a page of a document `page_pixels`, so that small print can be read.
All of one prompt together take at most `SHOWN_TOKENS`, and at most half of what the model can read; where
they would take more, the largest are shown with fewer pixels, until they fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...schema import Picture

SHOWN_TOKENS = 16_000
"""Tokens that the pictures of one prompt may take together: half of what a question may cost."""
PAGE_PIXELS = 3_000_000
"""Pixels of a page of a document that reach the model, some 3,000 tokens for a Qwen3-VL."""
FEWEST_PIXELS = 224 * 224
"""Below this a smaller picture no longer helps, and no vision encoder was trained on it."""
PIXELS_A_TOKEN = 32 * 32
"""What one token shows in a Qwen3-VL; close enough for others, to reckon with."""
SERVER_PIXELS = 1_500_000
"""A photo is sent to a server with at most this many pixels, some 1,500 tokens for a Qwen3-VL."""
LETTERS_A_TOKEN = 4
"""Of most texts; to reckon with, where nobody counts."""


def wanted_pixels(pictures: Sequence[Picture], photo: int, page: int) -> list[int]:
    """The most pixels each picture may have, before it is asked how many there are."""
    return [max(photo, page) if is_page(picture) else photo for picture in pictures]


def is_page(picture: Picture) -> bool:
    """Whether it is a page of a document, or a part of one."""
    return picture.origin is not None and picture.origin.document is not None


def fitted(
    pictures: Sequence[Picture], wanted: Sequence[int], context: int, a_token: float
) -> list[int]:
    """The most pixels each picture may have, so that all together take no more than they may.

    Args:
        pictures: of one prompt.
        wanted: the most pixels each may have by itself.
        context: tokens the model can read and write at once.
        a_token: pixels that one token shows.
    """
    room = min(SHOWN_TOKENS, context // 2) * a_token
    sizes = [min(p.width * p.height, n) for p, n in zip(pictures, wanted, strict=True)]
    if sum(sizes) <= room:
        return list(wanted)
    most = _level(sizes, room)
    return [min(n, max(most, FEWEST_PIXELS)) for n in wanted]


def fewer(pictures: Sequence[Picture], pixels: Sequence[int]) -> Iterator[list[int]]:
    """Ever fewer pixels: half of the largest picture's, and half again."""
    sizes = [min(p.width * p.height, n) for p, n in zip(pictures, pixels, strict=True)]
    most = max(sizes, default=0) // 2
    while most >= FEWEST_PIXELS:
        yield [min(n, most) for n in pixels]
        most //= 2


def tokens_of(picture: Picture, pixels: int) -> int:
    """Tokens that a picture takes at most, as far as they can be reckoned beforehand."""
    return -(-min(picture.width * picture.height, pixels) // PIXELS_A_TOKEN)


def _level(sizes: Sequence[int], room: float) -> int:
    """The size to which the largest are cut, so that all together fill the room."""
    rest, left = room, len(sizes)
    for size in sorted(sizes):
        if size * left >= rest:
            break
        rest -= size
        left -= 1
    return int(rest // max(1, left))
