"""IngestModels without weights, for actors of a cluster."""

from __future__ import annotations

import time

from looktwice.agent.batch.ray_ingest import IngestModels
from looktwice.agent.batch.worker import WorkerSpec
from looktwice.errors import ToolError
from looktwice.retrieval.ingest.reader import ScanReader
from looktwice.schema import Box, Detection, Picture, TextLine
from looktwice.settings import Settings
from PIL import Image

from ...retrieval.kit import HashedWords, MeanColours

DOG = Detection(label="dog", score=0.9, box=Box(x1=1, y1=1, x2=5, y2=5))
MODULE = "looktwice.tests.agent.batch.index_kit"
"""What a process of its own calls this file."""


def read(image: Image.Image, picture: Picture) -> list[TextLine]:
    """Reads the colour of the first pixel; nothing in black pictures, where it fails."""
    time.sleep(0.02)
    shade = image.getpixel((0, 0))[0]  # type: ignore[index]
    if shade == 0:
        raise ToolError("it is too dark to read")
    box = picture.box(0, 0, picture.width, picture.height)
    return [TextLine(text=f"shade number {shade}", score=0.9, box=box)]


def models(settings: Settings) -> IngestModels:
    """A factory of models."""
    eyes = ScanReader(read=read, objects=lambda image, picture: [DOG], kinds=lambda: ["dog"])
    return IngestModels(eyes, HashedWords(), MeanColours())


def spec(settings: Settings) -> WorkerSpec:
    return WorkerSpec(settings, f"{MODULE}:{models.__name__}")
