"""Which logits processors a method of decoding needs for a prompt that shows pictures.

The second prompt that a contrast is made with lacks the picture, or sees it under noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from ....media.store import Store
from ....prompts import render
from ....schema import Picture
from ...decoding import Contrast, Grounding, SecondPrompt
from ..base import Message
from .model_input import ModelInput
from .runner import PromptRunner, Spent
from .sampling import GREEDY

if TYPE_CHECKING:
    from torch import Tensor

Method = Literal["plain", "vcd", "pai", "vdgd"]
"""How tokens are chosen: as ever, after VCD (against a noisy picture), after PAI (against no picture),
after VDGD (near a description that the model writes first)."""

_DESCRIPTION_TOKENS = 120
_KEPT = 0.75
"""Share of a picture's variance that is left after 500 of VCD's 1000 steps of noise."""
_SEED = 7


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
    if method == "pai":
        other = runner.prompt(without_pictures(messages), [])
    else:
        other = runner.prompt(with_noise(messages, store), prompt.pixels)
    return [Contrast(SecondPrompt(runner.parts.model, runner.whole(other)), len(prompt))]


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
