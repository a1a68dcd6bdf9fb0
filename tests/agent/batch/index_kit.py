"""Hands without weights, for actors of a cluster: they find this file on PYTHONPATH."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import Any

from looktwice.agent.batch.ray_ingest import Hands
from looktwice.agent.batch.worker import Recipe
from looktwice.errors import ToolError
from looktwice.retrieval.ingest import Eyes
from looktwice.schema import Picture, TextLine
from looktwice.settings import Settings
from PIL import Image

HERE = Path(__file__).parent


def embedders() -> Any:
    """tests/retrieval/kit.py, which is in no package that an actor could import."""
    spec = importlib.util.spec_from_file_location(
        "_looktwice_index_kit", HERE.parents[1] / "retrieval" / "kit.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(image: Image.Image, picture: Picture) -> list[TextLine]:
    """Reads the colour of the first pixel; nothing in black pictures, where it fails."""
    time.sleep(0.02)
    shade = image.getpixel((0, 0))[0]  # type: ignore[index]
    if shade == 0:
        raise ToolError("it is too dark to read")
    box = picture.box(0, 0, picture.width, picture.height)
    return [TextLine(text=f"shade number {shade}", score=0.9, box=box)]


def hands(settings: Settings) -> Hands:
    """A maker of hands."""
    kit = embedders()
    eyes = Eyes(read=read, objects=lambda image, picture: "1 dog")
    return Hands(eyes, kit.HashedWords(), kit.MeanColours())


def recipe(settings: Settings) -> Recipe:
    return Recipe(settings, f"{Path(__file__).stem}:{hands.__name__}")
