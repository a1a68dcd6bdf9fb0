"""Picture embedders: pixels in, unit vectors out; some take words, too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from ...errors import UsageError, WeightsError
from ...settings import DeviceName, Settings
from ...weights.convert.prepare import image_embedder_path
from ...weights.devices import device_for, onnx_device
from ...weights.resolve import weight_for
from .imagenet import ImageNet, middle, whole
from .runtime import Once, Vectors, chosen_dtype, unit, weight_name, well_formed

__all__ = ["ImageNetEmbedder", "PictureEmbedder", "SiglipEmbedder", "open_picture_embedder"]

_BATCH = 16
"""Pictures SigLIP sees at once."""
_WORDS = 64
"""Tokens of a text for SigLIP: it was trained on exactly so many, padding and all."""


class PictureEmbedder(Protocol):
    """Anything that turns pictures into vectors whose dot product says how alike they are."""

    @property
    def name(self) -> str:
        """Which weights these are; rows from embedders of the same name can be compared."""
        ...

    @property
    def words(self) -> bool:
        """Whether `embed_words` works."""
        ...

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        """Unit-length rows, shape [len(images), dimensions]; also [0, dimensions] for no pictures."""
        ...

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        """Rows to compare with those of pictures that show what the texts say.

        Raises:
            UsageError: it knows no words (see `words`).
        """
        ...


def open_picture_embedder(settings: Settings) -> PictureEmbedder | None:
    """The picture embedder of the pack in use; None where the pack has none.

    Nothing is loaded, fetched or converted before the first picture; what goes wrong then is a
    `WeightsError`.
    """
    weights = weight_for("image", settings)
    if weights is None:
        return None
    name = weight_name("image", settings)
    if weights == weight_for("classifier", settings):
        own = onnx_device("embedders", settings)
        return ImageNetEmbedder(name, lambda: image_embedder_path(settings), settings.threads, own)
    device = device_for("embedders", settings)
    return SiglipEmbedder(name, lambda: image_embedder_path(settings), device)


class ImageNetEmbedder:
    """What EfficientNet-Lite0 sees before it names it; loaded at first use, safe for threads.

    Each picture is seen twice, all of it and its middle, and the mean of both is kept. The square
    root of every feature is taken (the Hellinger kernel, after Arandjelovic and Zisserman, 2012), so
    that a few strong features do not drown the others. Features are never negative, so neither is
    the likeness of two pictures.

    Args:
        name: of the weights.
        path: gives the ONNX file (see `convert.classifier_path`) when it is first wanted.
        threads: CPU threads; 0 takes every core this process may use.
        device: where it runs, as the settings name it.
    """

    words = False

    def __init__(
        self,
        name: str,
        path: Callable[[], Path],
        threads: int = 0,
        device: DeviceName = "cpu",
    ) -> None:
        self.name = f"{name} (square roots of two views)"
        self._network = ImageNet(path, threads, device)

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        views = [view(image) for image in images for view in (whole, middle)]
        features = self._network.run(views, "features")
        return unit(np.sqrt(features.reshape(len(images), 2, features.shape[1]).mean(axis=1)))

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        raise UsageError(
            f"{self.name} compares pictures with pictures only; "
            "words can be looked for in pictures with LOOKTWICE_PACK=gpu"
        )


class SiglipEmbedder:
    """SigLIP or SigLIP 2 (after Tschannen et al., 2025) from a local folder; safe for threads.

    Args:
        name: of the weights.
        folder: gives the model's folder (fetching it if need be) when it is first wanted.
        device: where torch runs it.
    """

    words = True

    def __init__(self, name: str, folder: Callable[[], Path], device: str = "cpu") -> None:
        self.name = name
        self._parts = Once(lambda: _open_siglip(folder(), device))
        self._lock = threading.Lock()

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        if not images:
            return self.embed([Image.new("RGB", (32, 32))])[:0]
        rows = [self._see(images[at : at + _BATCH]) for at in range(0, len(images), _BATCH)]
        return unit(np.concatenate(rows))

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return self.embed_words([""])[:0]
        rows = [self._read(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        return unit(np.concatenate(rows))

    def _see(self, images: Sequence[Image.Image]) -> Vectors:
        model, processor = self._parts()
        given = processor(images=[image.convert("RGB") for image in images], return_tensors="pt")
        return self._run(model.get_image_features, given)

    def _read(self, texts: Sequence[str]) -> Vectors:
        model, processor = self._parts()
        given = processor.tokenizer(
            [well_formed(text).lower() for text in texts],
            padding="max_length",
            padding_side="right",
            truncation=True,
            max_length=_WORDS,
            return_tensors="pt",
        )
        # Trained on lower case, and without a mask: padding is part of what it reads.
        given.pop("attention_mask", None)
        return self._run(model.get_text_features, given)

    def _run(self, features: Callable[..., Any], given: Any) -> Vectors:
        import torch

        model, _ = self._parts()
        inputs = {name: _fit(value, model) for name, value in given.items()}
        with self._lock, torch.inference_mode():
            found = features(**inputs).pooler_output
        rows: Vectors = found.float().cpu().numpy()
        return rows


def _fit(value: Any, model: Any) -> Any:
    """Numbers in the model's type, and token ids as they are, on the model's device."""
    return value.to(model.device, model.dtype if value.is_floating_point() else value.dtype)


def _open_siglip(folder: Path, device: str) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoProcessor

    try:
        processor = AutoProcessor.from_pretrained(str(folder), local_files_only=True)
        model = AutoModel.from_pretrained(
            str(folder), local_files_only=True, dtype=chosen_dtype(device)
        )
    except Exception as error:  # whatever the library says, this folder cannot be used
        raise WeightsError(f"{folder}: not a picture embedder ({error})") from error
    return model.eval().to(device), processor
