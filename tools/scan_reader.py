"""The experts as an index wants them: whoever reads scans and says what is in a picture."""

from __future__ import annotations

from queue import SimpleQueue

from PIL import Image

from ..retrieval.ingest.reader import ScanReader
from ..schema import Picture, TextLine
from .ocr.reader import Reader
from .registry import Experts

__all__ = ["scan_reader_of"]


def scan_reader_of(experts: Experts, at_once: int = 1) -> ScanReader:
    """OCR and detector for adding documents; share the experts with an assistant, they load once.

    Args:
        at_once: pages read side by side; more than one get engines of their own.
    """
    detector = experts.detector

    def kinds() -> tuple[str, ...]:
        return detector.labels

    if at_once == 1:
        return ScanReader(read=experts.reader.read, objects=detector.detect, kinds=kinds)
    free = SimpleQueue[Reader]()
    for reader in experts.reader.copies(at_once):
        free.put(reader)

    def read(image: Image.Image, picture: Picture) -> list[TextLine]:
        mine = free.get()
        try:
            return mine.read(image, picture)
        finally:
            free.put(mine)

    return ScanReader(read=read, objects=detector.detect, kinds=kinds, at_once=at_once)
