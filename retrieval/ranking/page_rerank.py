"""Reranking by look: question and page, as a picture, are read together.

After Nogueira and Cho (2019), with pictures; Qwen3-VL-Reranker (Li et al., 2026) and its kind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import WeightsError
from ...extensions.extras import needs
from ...settings import Settings
from ...weights.devices import device_for
from ...weights.obtain import chosen_folder
from ..embeddings.runtime import Once, chosen_dtype, well_formed

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PageReranker", "open_page_reranker"]

_SYSTEM = (
    "Judge whether the Document meets the requirements based on the Query and the Instruct provided. "
    'Note that the answer can only be "yes" or "no".'
)
_INSTRUCTION = "Given a search query, retrieve relevant candidates that answer the query."
_PIXELS = 1_310_720
"""Of a page: one token for each 32 x 32."""


class PageReranker:
    """A model that sees and says yes or no, loaded at first use; safe for threads.

    The probability of "yes" against "no" as the next word is the score.

    Args:
        name: of the weights.
        folder: gives the model's folder (fetching it if need be) when it is first wanted.
        device: where torch runs it.
    """

    weight = 0.5

    def __init__(self, name: str, folder: Callable[[], Path], device: str = "cpu") -> None:
        self.name = name
        self._parts = Once(lambda: _open(folder(), device))
        self._lock = threading.Lock()

    def score(self, query: str, pages: Sequence[Image.Image]) -> list[float]:
        """How well what each page shows answers the question: a probability, 0..1, in order.

        Raises:
            WeightsError: the weights cannot be had or are no reranker.
        """
        return [self._one(well_formed(query), page) for page in pages]

    def _one(self, query: str, page: Image.Image) -> float:
        import torch

        model, processor, (yes, no) = self._parts()
        inputs = processor.apply_chat_template(
            _conversation(query, _shrunk(page)),
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        ).to(model.device, dtype=model.dtype)
        with self._lock, torch.inference_mode():
            logits = model(**inputs, logits_to_keep=1).logits[0, -1].float()
        return float(torch.sigmoid(logits[yes] - logits[no]))


def _conversation(query: str, page: Image.Image) -> list[dict[str, Any]]:
    """As Qwen3-VL-Reranker was published to be asked."""
    asked = [
        {"type": "text", "text": f"<Instruct>: {_INSTRUCTION}<Query>:{query}\n<Document>:"},
        {"type": "image", "image": page},
    ]
    return [
        {"role": "system", "content": [{"type": "text", "text": _SYSTEM}]},
        {"role": "user", "content": asked},
    ]


def _shrunk(page: Image.Image) -> Image.Image:
    """The page with as many pixels as the model was made for, at most."""
    by = (_PIXELS / (page.width * page.height)) ** 0.5
    if by >= 1:
        return page.convert("RGB")
    size = (max(1, int(page.width * by)), max(1, int(page.height * by)))
    return page.convert("RGB").resize(size)


def open_page_reranker(settings: Settings) -> PageReranker | None:
    """What `retrieval.page_reranker` names; None where it is off, or where the pack has none."""
    chosen = chosen_folder(settings.retrieval.page_reranker, "page_reranker", settings)
    return PageReranker(*chosen, device_for("embedders", settings)) if chosen else None


def _open(folder: Path, device: str) -> tuple[Any, Any, tuple[int, int]]:
    with needs("embedders"):
        from transformers import AutoModelForImageTextToText, AutoProcessor

    try:
        processor = AutoProcessor.from_pretrained(str(folder), local_files_only=True)
        model = AutoModelForImageTextToText.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True, dtype=chosen_dtype(device)
        )
        yes, no = (processor.tokenizer(word)["input_ids"][-1] for word in ("yes", "no"))
    except Exception as error:  # whatever the library says, this folder cannot be used
        raise WeightsError(f"{folder}: not a reranker of pages ({error})") from error
    if yes == no:
        raise WeightsError(f"{folder}: not a reranker of pages (it has no words for yes and no)")
    return model.eval().to(device), processor, (int(yes), int(no))
