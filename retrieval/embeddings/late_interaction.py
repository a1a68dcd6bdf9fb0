"""Pages looked at as pictures and found by late interaction (after ColBERT; ColPali, Faysse et al., 2024).

A page becomes one vector for each patch, a question one for each token. A page is as good as the sum,
over the question's tokens, of the best match each finds on the page. No text has to be read for it, so
charts, stamps and handwriting count.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import WeightsError
from ...settings import Settings
from ...weights.obtain import ensure
from .runtime import Once, Vectors, chosen_dtype, unit, well_formed

__all__ = ["PageEmbedder", "Patches", "max_similarity", "open_page_embedder", "pooled"]

Patches = NDArray[np.float16]
"""Float16 [patches or tokens, dimensions], unit-length rows."""

_BATCH = 4
"""Pages the model sees at once: each is hundreds of tokens."""


def open_page_embedder(model: str, settings: Settings) -> PageEmbedder:
    """A ColPali, ColQwen2 or ColModernVBert model, in the form transformers publishes.

    Nothing is loaded or fetched before the first page or question.

    Args:
        model: a folder, or a hub name such as "vidore/colqwen2-v1.0-hf".
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return PageEmbedder(folder.resolve().name, lambda: folder)
    return PageEmbedder(model, lambda: ensure(model, settings))


class PageEmbedder:
    """A late-interaction model from a local folder, loaded at first use; safe for threads.

    Args:
        name: of the weights.
        folder: gives the model's folder (fetching it if need be) when it is first wanted.
        device: where torch runs it.

    Every method raises `WeightsError` where the weights cannot be had or are no such model.
    """

    def __init__(self, name: str, folder: Callable[[], Path], device: str = "cpu") -> None:
        self.name = name
        self._parts = Once(lambda: _open(folder(), device))
        self._lock = threading.Lock()

    def embed_pages(self, images: Sequence[Image.Image]) -> list[Patches]:
        """One array a page; larger pages may have more rows."""
        _, processor = self._parts()
        found: list[Patches] = []
        for at in range(0, len(images), _BATCH):
            pages = [image.convert("RGB") for image in images[at : at + _BATCH]]
            found += self._run(processor.process_images(images=pages))
        return found

    def embed_query(self, text: str) -> Patches:
        """A question, in the words the model was trained to be asked with."""
        _, processor = self._parts()
        return self._run(processor.process_queries(text=[well_formed(text)]))[0]

    def _run(self, given: Any) -> list[Patches]:
        import torch

        model, _ = self._parts()
        with self._lock, torch.inference_mode():
            rows = model(**given.to(model.device, model.dtype)).embeddings.float().cpu().numpy()
        # Padding comes out as zero rows, which would beat every negative match.
        seen = given["attention_mask"].cpu().numpy().astype(bool)
        return [page[mask].astype(np.float16) for page, mask in zip(rows, seen, strict=True)]


def max_similarity(query: Patches, page: Patches) -> float:
    """The sum, over the question's tokens, of the best cosine each has with a patch (MaxSim)."""
    cosines = query.astype(np.float32) @ page.astype(np.float32).T
    return float(cosines.max(axis=1).sum())


def pooled(rows: Patches) -> Vectors:
    """One unit vector for a page or a question, float32 [dimensions]: a first stage for many pages."""
    return unit(rows.astype(np.float32).mean(axis=0))


def _open(folder: Path, device: str) -> tuple[Any, Any]:
    from transformers import AutoModelForPreTraining, AutoProcessor

    try:
        processor = AutoProcessor.from_pretrained(str(folder), local_files_only=True)
        model = AutoModelForPreTraining.from_pretrained(
            str(folder), local_files_only=True, dtype=chosen_dtype(device)
        )
    except Exception as error:  # whatever the library says, this folder cannot be used
        raise WeightsError(f"{folder}: not a model for late interaction ({error})") from error
    if not hasattr(processor, "process_queries"):
        raise WeightsError(
            f"{folder}: not a model for late interaction ({type(model).__name__}; "
            "expected ColPali, ColQwen2 or ColModernVBert)"
        )
    return model.eval().to(device), processor
