"""Which pictures look the same, by perceptual hash. The only file that imports imagehash."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...extensions.extras import needs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Bits = NDArray[np.bool_]

_SIDE = 16
"""Of the hash: 256 bits of the picture's low frequencies (pHash)."""
MOST_APART = 64
"""Bits by which copies differ at most (size, packing, light, a narrow border cut off): of 19 photographs
copies differed by 36 at most, others by 107 at least."""


def look_of(image: Image.Image) -> Bits:
    """What stays of a picture whatever its size, packing and light: bool [256].

    Raises:
        MissingExtra: imagehash is not installed.
    """
    with needs("index"):
        import imagehash
    bits: Bits = imagehash.phash(image.convert("RGB"), hash_size=_SIDE).hash.reshape(-1)
    return bits


def alike(
    looks: Iterable[tuple[str, Bits]], most_apart: int = MOST_APART
) -> list[tuple[tuple[str, ...], int]]:
    """Groups of names whose pictures look the same, and by how many bits they differ at most.

    Args:
        looks: name and look of each picture.
        most_apart: bits by which two neighbours of a group differ at most.
    """
    import numpy as np

    named = list(looks)
    if not named:
        return []
    bits = np.array([look for _, look in named])
    group = list(range(len(named)))
    widest = dict.fromkeys(group, 0)
    for at in range(1, len(named)):
        apart = (bits[:at] != bits[at]).sum(axis=1)
        for other in (apart <= most_apart).nonzero()[0].tolist():
            old, new = group[at], group[other]
            widest[new] = max(widest[new], widest[old], int(apart[other]))
            group = [new if number == old else number for number in group]
    found: dict[int, list[str]] = {}
    for (name, _), number in zip(named, group, strict=True):
        found.setdefault(number, []).append(name)
    return [(tuple(names), widest[n]) for n, names in found.items() if len(names) > 1]
