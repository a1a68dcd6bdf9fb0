"""Pictures made by drawing: sheets that remember where each piece of text stands."""

from __future__ import annotations

import random
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from ...errors import UsageError
from ...schema import Box

Face = Literal["sans", "bold", "mono", "serif"]
_FILES = {
    "sans": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "mono": "DejaVuSansMono.ttf",
    "serif": "DejaVuSerif.ttf",
}


@lru_cache
def font(size: int, face: Face = "sans") -> ImageFont.FreeTypeFont:
    """DejaVu (Latin, Greek, Cyrillic, Arabic) as matplotlib ships it: the same on every machine.

    Raises:
        UsageError: matplotlib is not installed whole.
    """
    spec = find_spec("matplotlib")  # ultralytics needs it; found without importing it
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "mpl-data" / "fonts" / "ttf" / _FILES[face]
        if path.is_file():
            return ImageFont.truetype(path, size)
    raise UsageError("matplotlib's fonts are missing; mend it: pip install matplotlib")


class Sheet:
    """A picture that is written and drawn on.

    Attributes:
        image: the pixels so far.
        pen: to draw lines and areas.
    """

    def __init__(self, width: int, height: int, colour: str = "white") -> None:
        self.image = Image.new("RGB", (width, height), colour)
        self.pen = ImageDraw.Draw(self.image)

    def write(
        self,
        x: float,
        y: float,
        words: str,
        size: int = 24,
        *,
        face: Face = "sans",
        colour: str = "#202020",
        anchor: str = "la",
    ) -> Box:
        """Write one line; `anchor` says what x and y mean, as Pillow has it. Gives where it stands."""
        letters = font(size, face)
        self.pen.text((x, y), words, fill=colour, font=letters, anchor=anchor)
        left, top, right, bottom = self.pen.textbbox((x, y), words, font=letters, anchor=anchor)
        return Box(x1=left, y1=top, x2=right, y2=bottom)

    def area(self, box: Box, colour: str, outline: str | None = None, width: int = 2) -> None:
        """Fill a rectangle."""
        self.pen.rectangle(box.xyxy, fill=colour, outline=outline, width=width)


def worn(image: Image.Image, rng: random.Random) -> Image.Image:
    """The picture as a camera would give it: its paper tinted, a little soft and grainy."""
    import numpy as np
    from PIL import ImageFilter

    soft = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.7)))
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 2, (*soft.size[::-1], 1))
    tint = np.array([1.0, rng.uniform(0.96, 1.0), rng.uniform(0.9, 0.98)])
    pixels = np.asarray(soft, dtype=np.float64) * tint + noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
