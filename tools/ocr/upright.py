"""Pictures on their side or upside down, read as they were meant; boxes stay where the letters are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from ...retrieval.ingest.orientation import best_turn, quarter_turned, turned_back
from ...schema import Box, Evidence, Picture, TextLine

Read = Callable[[Image.Image, Picture], list[TextLine]]


class Upright(NamedTuple):
    """What was read, in the frame in which the picture is upright.

    Attributes:
        lines: in reading order.
        image: the pixels as they were read.
        picture: what they are; of a turned one, a picture of its own frame.
        turns: quarter turns anticlockwise that put it upright.
    """

    lines: list[TextLine]
    image: Image.Image
    picture: Picture
    turns: int


def read_upright(read: Read, image: Image.Image, picture: Picture) -> Upright:
    """Read a picture; where it looks turned, also after quarter turns, and keep the best."""

    def turned(turns: int) -> tuple[Image.Image, Picture]:
        if not turns:
            return image, picture
        pixels = quarter_turned(image, turns)
        size = {"width": pixels.width, "height": pixels.height, "origin": None}
        return pixels, picture.model_copy(update=size)

    lines, turns = best_turn(lambda turns: read(*turned(turns)))
    return Upright(lines, *turned(turns), turns)


def placed_back(evidence: Evidence, turns: int, picture: Picture) -> Evidence:
    """Evidence about a picture that was read after so many turns, its boxes in the picture's frame."""
    if not turns:
        return evidence

    def back(box: Box) -> Box:
        return picture.box(*turned_back(box.xyxy, turns, picture.width, picture.height))

    def moved(box: Box | None) -> dict[str, Box | None]:
        return {"box": back(box) if box is not None else None}

    tables = tuple(
        table.model_copy(
            update=moved(table.box)
            | {"cells": tuple(cell.model_copy(update=moved(cell.box)) for cell in table.cells)}
        )
        for table in evidence.tables
    )
    return evidence.model_copy(
        update={
            "boxes": tuple(map(back, evidence.boxes)),
            "lines": tuple(line.model_copy(update=moved(line.box)) for line in evidence.lines),
            "tables": tables,
        }
    )
