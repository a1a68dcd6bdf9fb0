from __future__ import annotations

import numpy as np
import pytest
from looktwice.tools.measure import main_colours
from PIL import Image

EXAMPLES = {
    "red": [(220, 30, 30), (139, 0, 0), (255, 0, 0)],
    "orange": [(255, 140, 0), (230, 100, 20)],
    "yellow": [(255, 255, 0), (255, 215, 0), (240, 220, 80)],
    "green": [(0, 128, 0), (0, 255, 0), (34, 139, 34), (100, 160, 80)],
    "turquoise": [(64, 224, 208), (0, 128, 128)],
    "blue": [(0, 0, 255), (30, 90, 200), (0, 0, 128), (70, 130, 180), (135, 206, 235)],
    "purple": [(128, 0, 128), (138, 43, 226), (75, 0, 130)],
    "pink": [(255, 192, 203), (255, 105, 180), (255, 20, 147)],
    "brown": [(139, 69, 19), (101, 67, 33), (160, 82, 45)],
    "beige": [(245, 222, 179)],
    "black": [(0, 0, 0), (25, 25, 25)],
    "grey": [(128, 128, 128), (90, 90, 95), (180, 180, 180)],
    "white": [(255, 255, 255), (240, 240, 240)],
}


def picture(
    colour: tuple[int, int, int], light: float = 1.0, noise: float = 0.0, size: int = 160
) -> Image.Image:
    grain = np.random.default_rng(0).normal(0, noise, (size, size, 3))
    pixels = np.clip(np.array(colour) * light + grain, 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


@pytest.mark.parametrize(
    ("name", "colour"), [(name, c) for name, colours in EXAMPLES.items() for c in colours]
)
@pytest.mark.parametrize(("light", "noise"), [(1.0, 0.0), (0.85, 5.0), (1.0, 20.0)])
def test_basic_colours_are_named_in_good_and_bad_light(
    name: str, colour: tuple[int, int, int], light: float, noise: float
) -> None:
    found = main_colours(picture(colour, light, noise))
    allowed = {name}
    if light < 1:  # dimmed white is grey, and dimmed orange is what brown is
        allowed |= {"white": {"grey"}, "orange": {"brown"}}.get(name, set())
    assert found[0][0] in allowed
    assert found[0][1] > 0.5


def test_the_thing_in_the_middle_outweighs_the_background() -> None:
    image = Image.new("RGB", (200, 200), (200, 200, 200))
    image.paste((200, 20, 20), (45, 45, 155, 155))  # 30 percent of the area
    assert main_colours(image)[0][0] == "red"


def test_shares_are_ordered_and_sum_to_at_most_one() -> None:
    image = Image.new("RGB", (90, 90), "blue")
    image.paste((255, 255, 255), (0, 0, 90, 30))
    found = main_colours(image)
    assert [name for name, _ in found] == ["blue", "white"]
    assert 0.95 < sum(part for _, part in found) <= 1.0001


def test_one_pixel_has_a_colour() -> None:
    assert main_colours(Image.new("RGB", (1, 1), "red")) == [("red", pytest.approx(1))]
