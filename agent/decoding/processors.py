"""The formulas as the library's logits processors, each with a second pass of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from .formulas import contrasted, grounded

if TYPE_CHECKING:
    from torch import Tensor

STRENGTH = 1.0
PLAUSIBLE = 0.1
"""Alpha and beta of VCD."""


class Branch(Protocol):
    """Another prompt that is continued with the same tokens."""

    def __call__(self, new: Tensor) -> Tensor:
        """Logits `[batch, vocabulary]` of the next token, after all `new` tokens `[batch, tokens]`."""
        ...


class SecondPrompt:
    """A prompt that is read beside the main one, with a cache of its own.

    Args:
        model: the library's model.
        inputs: its prompt as `forward` takes it, a batch of one, with or without pictures.
    """

    def __init__(self, model: Any, inputs: Mapping[str, Any]) -> None:
        from transformers import DynamicCache

        self._model, self._inputs = model, dict(inputs)
        self._cache = DynamicCache(config=model.config.get_text_config())
        self._shift: Any = None
        self._logits: Any = None
        self._read = 0

    def __call__(self, new: Tensor) -> Tensor:
        """Logits of the next token; only what was not read yet goes through the model."""
        if self._logits is None:
            self._logits = self._forward(**self._inputs)
        if new.shape[1] > self._read:
            self._logits = self._forward(input_ids=new[:, self._read :])
            self._read = new.shape[1]
        logits: Tensor = self._logits
        return logits

    def _forward(self, **inputs: Any) -> Tensor:
        """One pass; how far pictures shift positions is noted in the model, and each prompt has its own."""
        import torch

        inner: Any = getattr(self._model, "model", None)
        shifts = hasattr(inner, "rope_deltas")
        main = inner.rope_deltas if shifts else None
        try:
            if shifts:
                inner.rope_deltas = self._shift
            with torch.no_grad():
                output = self._model(**inputs, cache=self._cache, use_cache=True)
            if shifts:
                self._shift = inner.rope_deltas
        finally:
            if shifts:
                inner.rope_deltas = main
        logits: Tensor = output.logits[:, -1]
        return logits


class Contrast:
    """Contrastive decoding (VCD, DAMRO, PAI): what the picture adds to each token counts more.

    Args:
        branch: the prompt without the picture, or with a worse one.
        start: tokens of the main prompt; what follows is new.
        strength: alpha.
        plausible: beta.
    """

    def __init__(
        self, branch: Branch, start: int, strength: float = STRENGTH, plausible: float = PLAUSIBLE
    ) -> None:
        self._branch, self._start = branch, start
        self._strength, self._plausible = strength, plausible

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        without = self._branch(input_ids[:, self._start :]).to(scores)
        return contrasted(scores, without, self._strength, self._plausible)


class Grounding:
    """Tokens near a description of the picture (VDGD).

    Args:
        description: logits at the description's tokens, `[places, vocabulary]`.
        plausible: beta.
    """

    def __init__(self, description: Tensor, plausible: float = PLAUSIBLE) -> None:
        self._description, self._plausible = description, plausible

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        return grounded(scores, self._description.to(scores), self._plausible)
