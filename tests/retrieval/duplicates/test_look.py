from __future__ import annotations

import io
from importlib.resources import files

from looktwice.retrieval.duplicates import alike
from looktwice.retrieval.duplicates.look import look_of
from PIL import Image, ImageEnhance


def sample(name: str) -> Image.Image:
    with (files("looktwice.samples") / name).open("rb") as file:
        return Image.open(file).convert("RGB")


def packed(image: Image.Image) -> Image.Image:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=40)
    return Image.open(data)


def test_copies_of_another_size_packing_and_light_look_the_same() -> None:
    one = sample("sign.jpg")
    pictures = {
        "one": one,
        "small": one.resize((one.width // 2, one.height // 2)),
        "packed": packed(one),
        "dark": ImageEnhance.Brightness(one).enhance(0.7),
        "other": sample("receipt.jpg"),
        "mirrored": one.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    }
    found = alike((name, look_of(image)) for name, image in pictures.items())
    assert [names for names, _ in found] == [("one", "small", "packed", "dark")]
    assert alike([]) == []
