"""The experts as an index wants them: whoever reads scans and says what is in a picture."""

from __future__ import annotations

from collections import Counter

from PIL import Image

from ..retrieval.ingest import Eyes
from ..schema import Picture
from . import Experts

__all__ = ["index_eyes"]


def index_eyes(experts: Experts) -> Eyes:
    """OCR and detector for adding documents; share the experts with an assistant, they load once."""

    def objects(image: Image.Image, picture: Picture) -> str:
        counts = Counter(found.label for found in experts.detector.detect(image, picture))
        return ", ".join(f"{count} {label}" for label, count in counts.most_common())

    return Eyes(read=experts.reader.read, objects=objects)
