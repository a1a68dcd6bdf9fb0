"""A prompt that shows of each picture only the tokens that its encoder attends to out of proportion.

DAMRO (Gong et al. 2024) found that a vision transformer's class token dwells on a few patches of the
background, and the language model with it. What is said from those alone is what is taken off.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from ...decoding import class_attention

if TYPE_CHECKING:
    from torch import Tensor

SHARE = 10 / 576
"""Of a picture's tokens: the ten that the paper takes of LLaVA-1.5's 576."""


def has_class_token(model: Any) -> bool:
    """Whether a model's picture encoder has a class token, and hands on every other token (LLaVA's way)."""
    tower = _tower(model)
    named = () if tower is None else tower.named_parameters()
    strategy = getattr(model.config, "vision_feature_select_strategy", None)
    return strategy == "default" and any(name.endswith("class_embedding") for name, _ in named)


def outliers_only(model: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What `forward` takes for a prompt with only the outlying tokens of its pictures.

    Args:
        model: the library's, with a class token.
        inputs: of the whole prompt: "input_ids" `[1, tokens]`, "pixel_values" `[pictures, ...]`.
    """
    import torch

    ids = inputs["input_ids"]
    with torch.no_grad():
        attention, features = _seen(model, inputs["pixel_values"])
        embeddings = model.get_input_embeddings()(ids)
    shown = (ids[0] == model.config.image_token_id).nonzero().flatten()
    embeddings[0, shown] = features.flatten(0, 1).to(embeddings)
    each = attention.shape[1]
    outlying = attention.topk(max(1, round(SHARE * each)), dim=1).indices
    kept = torch.ones(ids.shape[1], dtype=torch.bool, device=ids.device)
    kept[shown] = False
    kept[shown.reshape(-1, each).gather(1, outlying).flatten()] = True
    embeddings = embeddings[:, kept]
    mask = torch.ones(embeddings.shape[:2], dtype=torch.long, device=ids.device)
    return {"inputs_embeds": embeddings, "attention_mask": mask}


def _seen(model: Any, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """The class token's attention in the encoder's last layer, and the tokens that are handed on.

    Returns:
        `[pictures, patches]` and `[pictures, patches, width]`.
    """
    import torch

    last = [layer for layer in _tower(model).modules() if hasattr(layer, "q_proj")][-1]
    found: dict[str, Tensor] = {}

    def note(name: str) -> Any:
        return lambda module, given, output: found.__setitem__(name, output)

    with ExitStack() as hooks:
        for name in ("q_proj", "k_proj"):
            handle = getattr(last, name).register_forward_hook(note(name))
            hooks.callback(handle.remove)
        features = model.get_image_features(pixel_values=pixels, return_dict=True).pooler_output
    return class_attention(found["q_proj"], found["k_proj"]), torch.stack(list(features))


def _tower(model: Any) -> Any:
    return getattr(getattr(model, "model", None), "vision_tower", None)
