"""The states of a chat model in this process, lent by whoever has loaded it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from ....weights.chat_template import chat_template, control_tokens, plain, prompt_of
from ....weights.checkpoint import Parts, pad_id, stop_ids
from ..runtime import Vectors
from .embedder import ShownPrompt

__all__ = ["Lend", "LocalReader"]

Lend = Callable[[], AbstractContextManager[Parts]]
"""Gives a loaded model to one user at a time."""

_BATCH = 8
"""Texts that are read together."""


class LocalReader:
    """Reads prompts with a model of transformers.

    Args:
        name: of the model.
        lend: gives the model; a few prompts are read at a time, so that others get their turn.
    """

    def __init__(self, name: str, lend: Lend) -> None:
        self.name, self._lend = name, lend

    def read(self, prompts: Sequence[ShownPrompt]) -> Vectors:
        """The last state behind each prompt, `[prompts, width]`.

        Raises:
            WeightsError: the model cannot be loaded.
            ModelError: it has no chat template.
        """
        rows = []
        for batch in _batches(prompts):
            with self._lend() as parts:
                rows.append(_states(parts, self.name, batch))
        return np.concatenate(rows)


def _batches(prompts: Sequence[ShownPrompt]) -> Iterator[Sequence[ShownPrompt]]:
    """Some texts together; a prompt with a picture goes alone."""
    texts: list[ShownPrompt] = []
    for prompt in prompts:
        alone = prompt.picture is not None
        if texts and (alone or len(texts) == _BATCH):
            yield texts
            texts = []
        if alone:
            yield [prompt]
        else:
            texts.append(prompt)
    if texts:
        yield texts


def _states(parts: Parts, name: str, prompts: Sequence[ShownPrompt]) -> Vectors:
    import torch

    inner: Any = getattr(parts.model, "model", None)
    if hasattr(inner, "rope_deltas"):
        inner.rope_deltas = None  # those of somebody else's prompt
    given = _tokens(parts, [_written(parts, name, prompt) for prompt in prompts], prompts[0])
    inputs = {name: _fit(value, parts.model) for name, value in given.items()}
    with torch.inference_mode():
        states = parts.model.base_model(**inputs, use_cache=False).last_hidden_state[:, -1]
    rows: Vectors = states.float().cpu().numpy()
    return rows


def _written(parts: Parts, name: str, prompt: ShownPrompt) -> str:
    words = plain(prompt.words, control_tokens(parts))
    content: Any = words
    if parts.sees_images:
        shown = [] if prompt.picture is None else [{"type": "image"}]
        content = [*shown, {"type": "text", "text": words}]
    return prompt_of(parts, chat_template(parts, name), [{"role": "user", "content": content}])


def _tokens(parts: Parts, written: Sequence[str], first: ShownPrompt) -> Any:
    """Prompts as tensors, padded in front, so that each ends at the last place."""
    tokenizer = parts.tokenizer
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token_id = pad_id(tokenizer, stop_ids(parts))
    bos = tokenizer.bos_token
    marked = not parts.sees_images or (bos is not None and written[0].startswith(bos))
    options = {"return_tensors": "pt", "add_special_tokens": not marked}
    if first.picture is not None:
        return parts.processor(text=[*written], images=[first.picture], **options)
    return tokenizer([*written], padding=True, padding_side="left", **options)


def _fit(value: Any, model: Any) -> Any:
    """Numbers in the model's type, and token ids as they are, on the model's device."""
    return value.to(model.device, model.dtype if value.is_floating_point() else value.dtype)
