"""What finds pages by their look: one vector a page, or one for each patch, from the same four lines.

A page becomes rows of vectors, and so does a question; a page is as good as `max_similarity` says, which
for one row each is the cosine.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PIL import Image

from ...errors import WeightsError
from ...extensions.extras import needs
from ...settings import Settings
from ...weights.devices import device_for
from ...weights.obtain import chosen_folder
from .runtime import Once, chosen_dtype, well_formed

if TYPE_CHECKING:
    from .late_interaction import Patches

__all__ = ["PageRetriever", "WholePageEmbedder", "open_page_retriever"]

_BATCH = 4


class PageRetriever(Protocol):
    """Anything that turns pages and questions into rows that can be compared."""

    @property
    def name(self) -> str:
        """Which weights these are; rows of the same name can be compared."""
        ...

    def embed_pages(self, images: Sequence[Image.Image]) -> list[Patches]:
        """The rows of each page."""
        ...

    def embed_query(self, text: str) -> Patches:
        """The rows of a question."""
        ...


def open_page_retriever(settings: Settings) -> PageRetriever | None:
    """What `retrieval.pages` names; None where it is off, or where the pack has none.

    Nothing is loaded or fetched before the first page or question.
    """
    chosen = chosen_folder(settings.retrieval.pages, "pages", settings)
    return _Chosen(*chosen, device_for("embedders", settings)) if chosen else None


class _Chosen:
    """Finds out from the folder which kind it is when the first page or question comes."""

    def __init__(self, name: str, folder: Callable[[], Path], device: str) -> None:
        self.name = name
        self._found = Once(lambda: _retriever(name, folder(), device))

    def embed_pages(self, images: Sequence[Image.Image]) -> list[Patches]:
        return self._found().embed_pages(images)

    def embed_query(self, text: str) -> Patches:
        return self._found().embed_query(text)


def _retriever(name: str, folder: Path, device: str) -> PageRetriever:
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{folder}: not a model that finds pages ({error!r})") from None
    if str(kind).startswith("col"):
        from .late_interaction import PageEmbedder

        return PageEmbedder(name, lambda: folder, device)
    return WholePageEmbedder(name, lambda: folder, device)


class WholePageEmbedder:
    """One vector a page, by a model that reads pictures and words (Qwen3-VL-Embedding and its kind).

    Args:
        name: of the weights.
        folder: gives the model's folder when it is first wanted.
        device: where torch runs it.

    Every method raises `WeightsError` where the weights cannot be had or read no pictures.
    """

    def __init__(self, name: str, folder: Callable[[], Path], device: str = "cpu") -> None:
        self.name = name
        self._model = Once(lambda: _open(folder(), device))
        self._lock = threading.Lock()

    def embed_pages(self, images: Sequence[Image.Image]) -> list[Patches]:
        """One row for each page."""
        pages = [image.convert("RGB") for image in images]
        return self._rows(self._model().encode_document, pages) if pages else []

    def embed_query(self, text: str) -> Patches:
        """One row, with the words the model was published to be asked with."""
        return self._rows(self._model().encode_query, [well_formed(text)])[0]

    def _rows(self, encode: Callable[..., Any], given: Sequence[Any]) -> list[Patches]:
        import numpy as np

        with self._lock:
            rows = encode(
                given, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return [row[None] for row in np.asarray(rows, np.float16)]


def _open(folder: Path, device: str) -> Any:
    with needs("embedders"):
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.base.modules import Transformer
        from sentence_transformers.sentence_transformer.modules import Pooling

    options = {"dtype": chosen_dtype(device), "use_safetensors": True}
    try:
        if (folder / "modules.json").is_file():
            model = SentenceTransformer(
                str(folder), device=device, local_files_only=True, model_kwargs=options
            )
        else:  # published without the library's own description: the last token speaks for all
            reads = Transformer(str(folder), model_kwargs={**options, "local_files_only": True})
            pool = Pooling(reads.get_embedding_dimension(), pooling_mode="lasttoken")
            model = SentenceTransformer(modules=[reads, pool], device=device)
    except Exception as error:  # whatever the library says, this folder cannot be used
        raise WeightsError(f"{folder}: not a model that finds pages ({error})") from error
    if not model.supports("image"):
        raise WeightsError(f"{folder}: reads no pictures, so it finds no pages by their look")
    return model
