"""A cache of one size that stays where it is, so that a compiled decoding step can be used again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class FixedCache:
    """Keys and values for a number of tokens, and the states of linear attention.

    Args:
        config: the model's.
        tokens: how many it holds.
    """

    def __init__(self, config: Any, tokens: int) -> None:
        from transformers import StaticCache

        self._cache = StaticCache(config=config, max_cache_len=tokens)
        self.tokens = tokens

    @staticmethod
    def suits(config: Any) -> bool:
        """Whether a model's layers are of kinds that this cache can be filled for."""
        from transformers import StaticCache

        layers = StaticCache(config=config, max_cache_len=8).layers
        return all(_is_static(layer) or _is_linear(layer) for layer in layers)

    def filled(self, layers: Sequence[Any], length: int, states: Mapping[int, Any]) -> Any:
        """The library's cache, with the first `length` tokens of kept layers in it.

        Args:
            layers: as `PrefixCache` keeps them; may be empty where `length` is 0.
            length: tokens.
            states: layers of linear attention after so many tokens, by their number.
        """
        for number, layer in enumerate(self._cache.layers):
            if _is_static(layer):
                _fill(layer, layers[number] if length else None, length)
            else:
                _restore(layer, states.get(number))
        return self._cache


def dense(layer: Any, length: int) -> Any:
    """The first tokens of a layer of fixed size, as a layer that grows."""
    from transformers.cache_utils import DynamicLayer

    made = DynamicLayer()
    keys, values = layer.keys[..., :length, :].clone(), layer.values[..., :length, :].clone()
    made.lazy_initialization(keys, values)
    made.keys, made.values = keys, values
    return made


def is_fixed(layer: Any) -> bool:
    """Whether a layer has a fixed size."""
    return _is_static(layer)


def _is_static(layer: Any) -> bool:
    from transformers.cache_utils import StaticLayer

    return type(layer) is StaticLayer


def _is_linear(layer: Any) -> bool:
    from transformers.cache_utils import LinearAttentionLayer

    return type(layer) is LinearAttentionLayer


def _fill(layer: Any, kept: Any, length: int) -> None:
    """Write into the layer's own tensors: what stands behind `length` is never looked at."""
    if kept is not None:
        if not layer.is_initialized:
            layer.lazy_initialization(kept.keys, kept.values)
        layer.keys[..., :length, :].copy_(kept.keys[..., :length, :])
        layer.values[..., :length, :].copy_(kept.values[..., :length, :])
    layer.cumulative_length.fill_(length)


def _restore(layer: Any, kept: Any) -> None:
    """Write a state into the layer's own tensors; without one it begins afresh."""
    layer.reset()
    if kept is None:
        return
    for number in range(kept.number_of_states):
        conv, recurrent = kept.conv_states[number], kept.recurrent_states[number]
        if conv is not None and not layer.is_conv_states_initialized[number]:
            size = kept.conv_kernel_size[number]
            layer.lazy_initialization(conv_states=conv, state_idx=number, conv_kernel_size=size)
        if recurrent is not None and not layer.is_recurrent_states_initialized[number]:
            layer.lazy_initialization(recurrent_states=recurrent, state_idx=number)
        if conv is not None:
            layer.conv_states[number].copy_(conv)
        if recurrent is not None:
            layer.recurrent_states[number].copy_(recurrent)
        layer.has_previous_state[number] = kept.has_previous_state[number]
