"""What is taken away to see whether it was needed: the pixels of crops, the sense of tools."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from PIL import Image

from ...agent.backends.base import ChatModel, Choice, Message, Reply
from ...media.store import Store
from ...schema import Detection, Picture, TextLine
from ...settings import Settings
from ...tools import Experts, default_tools
from ...tools.base import Tool
from ...tools.detection.detector import Detector
from ...tools.ocr.reader import Reader
from ...weights.convert.prepare import detector_path, ocr_paths

_WHOLE = 0.98
"""Share of a picture from which a part of it counts as the whole."""


class BlackCrops:
    """A chat model that is shown black where parts of pictures are cut out; whole pictures stay.

    What is gained by looking closer must be gone then: else it came from something else.

    Args:
        model: gets the prompts.
        store: takes the black pictures.
    """

    def __init__(self, model: ChatModel, store: Store) -> None:
        self._model, self._store = model, store
        self._areas: dict[str, int] = {}
        self.name = f"{model.name}, crops black"
        self.sees_images = model.sees_images
        self.context_tokens = model.context_tokens
        self.picture_pixels = getattr(model, "picture_pixels", None)

    def generate(self, messages: Sequence[Message], **how: Any) -> Reply:
        """See `ChatModel.generate`."""
        return self._model.generate(self._blackened(messages), **how)

    def choose(self, messages: Sequence[Message], options: Sequence[str], **how: Any) -> Choice:
        """See `ChatModel.choose`."""
        return self._model.choose(self._blackened(messages), options, **how)

    def close(self) -> None:
        """Close the model."""
        self._model.close()

    def _blackened(self, messages: Sequence[Message]) -> list[Message]:
        for picture in (p for m in messages for p in m.pictures if p.original == p.sha256):
            self._areas[picture.sha256] = picture.width * picture.height
        return [
            m.model_copy(update={"pictures": tuple(self._shown(p) for p in m.pictures)})
            for m in messages
        ]

    def _shown(self, picture: Picture) -> Picture:
        if picture.original == picture.sha256:
            return picture
        area = picture.box(0, 0, picture.width, picture.height).area
        if area >= _WHOLE * self._areas.get(picture.original, area + 1):
            return picture
        black = self._store.add(Image.new("RGB", (picture.width, picture.height)), "black")
        return black.model_copy(update={"origin": picture.origin})


class FindsNothing(Detector):
    """A detector that overlooks everything."""

    def detect(
        self, image: Image.Image, picture: Picture, names: Sequence[str] = ()
    ) -> list[Detection]:
        """Nothing."""
        return []


class GarblesDigits(Reader):
    """A reader that has every digit wrong."""

    def read(self, image: Image.Image, picture: Picture) -> list[TextLine]:
        """The lines with other digits in them."""
        return [
            line.model_copy(update={"text": garbled(line.text)})
            for line in super().read(image, picture)
        ]


def garbled(text: str) -> str:
    """Every digit is another."""
    return re.sub(r"\d", lambda digit: str((int(digit.group()) + 3) % 10), text)


def nonsense_tools(settings: Settings, store: Store) -> list[Tool]:
    """The tools of a pack as they are with experts that return nonsense."""
    experts = Experts(
        detector=FindsNothing(lambda: detector_path(settings), settings.thresholds.detector_score),
        reader=GarblesDigits(lambda: ocr_paths(settings), settings.thresholds.text_score),
    )
    return default_tools(settings, store, experts=experts)
