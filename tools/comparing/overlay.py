"""The second of two pictures laid over the first, for people to hold against it."""

from __future__ import annotations

from PIL import Image

from ...extensions.extras import needs
from .regions import reduced

_NOT_SHOWN = 128
"""Grey of what the second picture does not show."""


def laid_over(first: Image.Image, second: Image.Image) -> Image.Image | None:
    """The second picture in the frame of the first, of its shape; None where they share no scene.

    Raises:
        MissingExtra: OpenCV is not installed.
    """
    import numpy as np

    with needs("experts"):
        from .alignment import align
    below, above = (np.asarray(reduced(image).convert("RGB")) for image in (first, second))
    alignment = align(below, above)
    if alignment is None:
        return None
    laid = alignment.laid.copy()
    laid[~alignment.shown] = _NOT_SHOWN
    return Image.fromarray(laid)
