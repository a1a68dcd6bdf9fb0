"""Numbers drawn onto a picture, so that a model that sees can be told which part is meant.

After Set-of-Mark prompting (Yang et al. 2023).
"""

from __future__ import annotations

from collections.abc import Sequence

from ...media.annotate import Mark, draw
from ...media.store import Store
from ...schema import Box, Origin, Picture


def numbered(store: Store, picture: Picture, boxes: Sequence[Box]) -> Picture:
    """A copy of a picture with 1, 2, ... written into the boxes; boxes on it mean the same places.

    Args:
        store: holds the picture and takes the copy.
        picture: what to draw on.
        boxes: in the frame of the picture's original.

    Raises:
        BadInput: the picture is not in the store.
        ValueError: a box is in another frame than the picture.
    """
    marks = [Mark(box=box, color=number) for number, box in enumerate(boxes)]
    drawn = store.add(draw(store.open(picture), marks, picture, numbered=True), picture.name)
    origin = picture.origin or Origin(picture=picture.original)
    return drawn.model_copy(update={"origin": origin})
