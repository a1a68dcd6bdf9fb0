"""Which logits processors a method of decoding needs for a prompt that shows pictures.

The second prompt that a contrast is made with lacks the picture, or sees it under noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from ....errors import UsageError
from ....media.store import Store
from ....prompts import render
from ....schema import Picture
from ...decoding import Contrast, Grounding, SecondPrompt
from ..base import Message
from .model_input import ModelInput
from .outliers import has_class_token, outliers_only
from .runner import PromptRunner, Spent
from .sampling import GREEDY

if TYPE_CHECKING:
    from torch import Tensor

Method = Literal["plain", "vcd", "pai", "damro", "vdgd"]
"""How tokens are chosen: as ever; after VCD (against a noisy picture), PAI (against no picture) or DAMRO
(against the picture's outlying tokens); after VDGD (near a description that the model writes first)."""

_DESCRIPTION_TOKENS = 120
_KEPT = 0.75
"""Share of a picture's variance that is left after 500 of VCD's 1000 steps of noise."""
_SEED = 7
_DAMRO = 0.5
"""DAMRO's alpha for LLaVA."""


def without_pictures(messages: Sequence[Message]) -> list[Message]:
    """The same words, no pictures."""
    return [message.model_copy(update={"pictures": (), "shared": 0}) for message in messages]


def with_noise(messages: Sequence[Message], store: Store) -> list[Message]:
    """The same conversation, its pictures under the noise of VCD."""
    return [
        message.model_copy(
            update={"pictures": tuple(noisy(picture, store) for picture in message.pictures)}
        )
        for message in messages
    ]


def noisy(picture: Picture, store: Store) -> Picture:
    """A picture under Gaussian noise, always the same."""
    import numpy as np
    from PIL import Image

    pixels = np.asarray(store.open(picture), dtype=np.float32) / 127.5 - 1
    grain = np.random.default_rng(_SEED).standard_normal(pixels.shape, dtype=np.float32)
    mixed = _KEPT**0.5 * pixels + (1 - _KEPT) ** 0.5 * grain
    image = Image.fromarray(np.clip((mixed + 1) * 127.5, 0, 255).astype(np.uint8))
    return store.add(image, name=picture.name)


def guides(
    method: Method,
    runner: PromptRunner,
    messages: Sequence[Message],
    prompt: ModelInput,
    store: Store,
) -> list[Any]:
    """Logits processors for a prompt that shows pictures; none for "plain"."""
    if method == "plain":
        return []
    if method == "vdgd":
        return [Grounding(_description(runner, messages, prompt))]
    model = runner.parts.model
    if method == "damro":
        outlying = SecondPrompt(model, outliers_only(model, runner.whole(prompt)))
        return [Contrast(outlying, len(prompt), strength=_DAMRO)]
    if method == "pai":
        other = runner.prompt(without_pictures(messages), [])
    else:
        other = runner.prompt(with_noise(messages, store), prompt.pixels)
    return [Contrast(SecondPrompt(model, runner.whole(other)), len(prompt))]


def check_method(method: Method, model: Any) -> None:
    """Refuse a method that a model's architecture does not allow.

    Raises:
        UsageError: it has no class token to find outlying tokens by.
    """
    if method == "damro" and not has_class_token(model):
        raise UsageError(
            f"decoding: damro needs a picture encoder with a class token (LLaVA's), and "
            f"{type(model).__name__} has none; take vcd, pai or vdgd"
        )


def _description(runner: PromptRunner, messages: Sequence[Message], prompt: ModelInput) -> Tensor:
    """The model's logits at each token of its own description of the pictures, `[places, vocabulary]`."""
    import torch

    asked = [
        *messages[:-1],
        messages[-1].model_copy(update={"text": render("describe"), "shared": 0}),
    ]
    output = runner.generate(
        runner.prompt(asked, prompt.pixels),
        Spent(),
        max_new_tokens=_DESCRIPTION_TOKENS,
        output_logits=True,
        return_dict_in_generate=True,
        **GREEDY,
    )
    return torch.cat(list(output.logits)).float()
