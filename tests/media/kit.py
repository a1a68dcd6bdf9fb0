"""Pictures made for tests."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from looktwice.media.store import Store
from PIL import Image, ImageDraw


def sketch(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """A red picture with a blue top left quarter, so that turning it shows."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    ImageDraw.Draw(image).rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=(30, 30, 200))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def stored_files(store: Store) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def is_blue(pixel: Any) -> bool:
    return bool(pixel[2] > pixel[0] + 60)
