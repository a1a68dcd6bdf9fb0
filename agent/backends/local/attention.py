"""Where in a picture a model looks before it answers.

After Zhang et al. 2025, "MLLMs Know Where to Look": the attention of the token that begins the answer
to the tokens of the picture, divided by the same for a question about nothing in particular.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ....errors import ModelError
from ....prompts import render
from ....schema import Box, Picture
from ....tools.looking.regions import HeatMap
from ..base import Message
from .model_input import ModelInput
from .runner import PromptRunner

_NAME = "looktwice_last_row"
_FIRST_LAYER = 1 / 3  # of the depth; earlier layers gather the question, not the picture
_FLOOR = 0.05  # of the even share; keeps a cell nobody looks at from being divided by nothing

_rows: ContextVar[list[Any] | None] = ContextVar("_rows", default=None)


def about_nothing(messages: Sequence[Message]) -> list[Message]:
    """The same conversation with its last question replaced by one about all of the picture."""
    *before, last = messages
    return [*before, last.model_copy(update={"text": render("describe")})]


def heat_map(
    runner: PromptRunner, prompts: Sequence[ModelInput], picture: Picture, shown: Sequence[Picture]
) -> HeatMap:
    """How much more a model looks at each part of a picture for a question than for none.

    Args:
        runner: puts prompts through the model.
        prompts: the question, and one about nothing in particular.
        picture: one of those that are shown.
        shown: all of them, in their order.

    Raises:
        ModelError: the architecture does not show its attention, or the model failed.
    """
    parts, number = runner.parts, shown.index(picture)
    merge = getattr(parts.model.config.vision_config, "spatial_merge_size", 1)
    image_token = getattr(parts.model.config, "image_token_id", None)
    rows, places = [], []
    for prompt in prompts:
        grids = prompt.inputs.get("image_grid_thw", len(shown))
        ids = prompt.inputs["input_ids"][0]
        places.append(tokens_of(ids, image_token, number, grids, merge))
        with last_rows(parts.model) as found:
            runner.look(prompt)
        rows.append(last_pass(found, parts.model))
    weights = relevance(rows[0], rows[1], places[0], places[1])
    shape = shape_of(len(weights), number, grids, merge)
    images = getattr(parts.processor, "image_processor", None)
    return HeatMap(covered(picture, images), weights.reshape(shape))


@contextmanager
def last_rows(model: Any) -> Iterator[list[Any]]:
    """Collect each text layer's attention of the last token: `[keys]`, a mean over the heads.

    Only that row is kept, so a long prompt costs no more memory than usual; the model's own
    attention is computed by SDPA as before.

    Raises:
        ModelError: the architecture cannot exchange its attention.
    """
    _register()
    text = model.config.get_text_config()
    key = next((k for k in model.config.sub_configs if getattr(model.config, k) is text), None)
    usual = text._attn_implementation
    if key is None:
        raise ModelError(f"{type(model).__name__} does not show its attention")
    rows: list[Any] = []
    token = _rows.set(rows)
    try:
        model.set_attn_implementation({key: _NAME})
        yield rows
    except ValueError as error:  # this library version cannot exchange it for this model
        raise ModelError(f"{type(model).__name__} does not show its attention: {error}") from error
    finally:
        _rows.reset(token)
        model.set_attn_implementation({key: usual})
    if not rows:
        raise ModelError(f"{type(model).__name__} does not show its attention")


def last_pass(rows: Sequence[Any], model: Any) -> Sequence[Any]:
    """The rows of the last of several passes; a prompt may be read in pieces."""
    text = model.config.get_text_config()
    kinds = getattr(text, "layer_types", None) or ["full_attention"] * text.num_hidden_layers
    return rows[-sum("linear" not in kind for kind in kinds) :]


def _register() -> None:
    from transformers import AttentionInterface
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    AttentionInterface.register(_NAME, _watched)
    AttentionMaskInterface.register(_NAME, sdpa_mask)


def _watched(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, **how: Any
) -> tuple[Any, Any]:
    """SDPA, and the last token's row beside it."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    rows = _rows.get()
    if rows is not None:
        rows.append(_last_row(query, key, attention_mask, how.get("scaling")))
    output: tuple[Any, Any] = sdpa_attention_forward(
        module, query, key, value, attention_mask, **how
    )
    return output


def _last_row(query: Any, key: Any, mask: Any, scaling: float | None) -> Any:
    """Softmax of the last query over all keys, `[keys]`; several heads may share a key."""
    batch, heads, _, width = query.shape
    groups = key.shape[1]
    last = query[:, :, -1:].float().reshape(batch, groups, heads // groups, width)
    scores = last @ key.float().transpose(-1, -2) * (scaling or width**-0.5)
    if mask is not None:
        row = mask[:, :1, -1:, : key.shape[2]]
        hidden = ~row if row.dtype == _bool() else row < 0
        scores = scores.masked_fill(hidden, float("-inf"))
    return scores.softmax(dim=-1).mean(dim=(0, 1, 2)).cpu()


def _bool() -> Any:
    import torch

    return torch.bool


def relevance(
    asked: Sequence[Any], generic: Sequence[Any], places: slice, generic_places: slice
) -> Any:
    """Attention to a picture's tokens relative to a generic question's, a mean over layers.

    Args:
        asked: for each layer the last token's attention, `[tokens]`.
        generic: the same for the generic question.
        places: the picture's tokens in the prompt.
        generic_places: the same in the generic prompt.

    Returns:
        Array `[picture tokens]`, float, summing to 1.

    Raises:
        ModelError: no layer looks at the picture.
    """
    import numpy as np

    first = int(len(asked) * _FIRST_LAYER)
    shares = []
    for one, other in zip(asked[first:], generic[first:], strict=True):
        seen, usual = one[places].numpy(), other[generic_places].numpy()
        if seen.sum() > 0 and usual.sum() > 0:  # a sliding window may have left the picture behind
            ratio = seen / seen.sum() / (usual / usual.sum() + _FLOOR / len(usual))
            shares.append(ratio / ratio.sum())
    if not shares:
        raise ModelError("the model does not look at the picture at all")
    return np.mean(shares, axis=0)


def tokens_of(ids: Any, image_token: int | None, number: int, grids: Any, merge: int) -> slice:
    """Where the tokens of picture `number` (from 0) stand in a prompt.

    Args:
        ids: the prompt, `[tokens]`.
        image_token: the id that stands for a piece of a picture.
        number: which picture.
        grids: `[pictures, 3]` (time, rows, columns of patches) where pictures differ in size
            (Qwen-VL), or how many pictures there are.
        merge: patches along each side that make one token.

    Raises:
        ModelError: the prompt's tokens cannot be told apart by picture.
    """
    places = (ids == image_token).nonzero().flatten().tolist()
    if isinstance(grids, int):
        counts = [len(places) // grids] * grids
    else:
        counts = [int(t * r * c) // merge**2 for t, r, c in grids.tolist()]
    if not places or sum(counts) != len(places):
        raise ModelError("the tokens of the pictures cannot be told apart")
    start = sum(counts[:number])
    return slice(places[start], places[start + counts[number] - 1] + 1)


def shape_of(tokens: int, number: int, grids: Any, merge: int) -> tuple[int, int]:
    """Rows and columns of one picture's tokens.

    Raises:
        ModelError: no grid fits.
    """
    if not isinstance(grids, int):
        _, rows, columns = (int(n) for n in grids[number].tolist())
        return rows // merge, columns // merge
    side = math.isqrt(tokens)
    if side * side != tokens:
        raise ModelError(f"{tokens} tokens of a picture make no square")
    return side, side


def covered(picture: Picture, image_processor: Any) -> Box:
    """The part of a picture that its tokens show: its middle where the processor cuts borders off."""
    size = getattr(image_processor, "size", None) or {}
    wide, high = picture.width, picture.height
    if getattr(image_processor, "do_center_crop", False) and size.get("shortest_edge"):
        short = min(wide, high)
        left, top = (wide - short) / 2, (high - short) / 2
        return picture.box(left, top, left + short, top + short)
    return picture.box(0, 0, wide, high)
