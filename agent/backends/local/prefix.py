"""What a model computed of the beginnings of prompts, kept in memory: a prompt is read once.

Layers with full attention keep keys and values of every token, so a later prompt that begins alike takes
over any number of them. Others (linear attention, sliding windows) keep one state that cannot be taken
back; of those, copies are made at a few places where prompts are likely to part.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .fixed import FixedCache, dense, is_fixed

_MOST = 4
"""Beginnings that are kept: planning, answering, a closer look, and one more."""
_COVERED = 0.8
"""Share of a kept beginning that a newer one has to repeat to take its place."""

States = dict[int, Any]
"""Layers that cannot be cropped, as they were at one place, by their number."""


@dataclass(frozen=True)
class Kept:
    """What is known of one prompt.

    Attributes:
        marks: one number a token, `[tokens]`; see `marks_of`.
        layers: of the library's cache; those of full attention hold all of `marks`.
        states: the other layers, by the number of tokens read before they were copied.
    """

    marks: Any
    layers: Sequence[Any]
    states: Mapping[int, States]


@dataclass
class FilledCache:
    """A cache that has read the first `length` tokens of a prompt.

    Attributes:
        states: copies made at places the prompt shares with the one it was taken from.
    """

    cache: Any
    length: int
    states: dict[int, States]

    def note(self) -> None:
        """Copy the layers that cannot be cropped, as they are now."""
        self.length = int(self.cache.get_seq_length())
        self.states[self.length] = {
            number: _copied(layer)
            for number, layer in enumerate(self.cache.layers)
            if not (_crops(layer) or is_fixed(layer))
        }


class PrefixCache:
    """The beginnings read last, for one model.

    Args:
        config: the model's.
        most_bytes: what they may take together; the least recently used go first.
    """

    def __init__(self, config: Any, most_bytes: int) -> None:
        self._config = config
        self._most_bytes = most_bytes
        self._kept: list[Kept] = []  # the least recently used first
        self.crops = all(_crops(layer) for layer in self._fresh().layers)
        self.fixed: FixedCache | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def open(self, marks: Any, most: int, room: int = 0) -> FilledCache:
        """A cache with as much of a prompt in it as is known.

        Args:
            marks: of the prompt, `[tokens]`.
            most: take over no more tokens than this.
            room: tokens that the cache will have to hold; where those fit into `fixed`, it is used.
        """
        found = [(self._usable(kept, marks, most), kept) for kept in self._kept]
        length, kept = max(found, key=lambda pair: pair[0], default=(0, None))
        fixed = self.fixed if self.fixed is not None and 0 < room <= self.fixed.tokens else None
        if kept is None or length == 0:
            return FilledCache(fixed.filled((), 0, {}) if fixed else self._fresh(), 0, {})
        self._kept.append(self._kept.pop(next(n for n, k in enumerate(self._kept) if k is kept)))
        states = {place: fixed for place, fixed in kept.states.items() if place <= length}
        if fixed is not None:
            filled = fixed.filled(kept.layers, length, states.get(length, {}))
            return FilledCache(filled, length, states)
        cache = self._fresh()
        for number, layer in enumerate(kept.layers):
            if layer is not None:
                cache.layers[number] = _first(layer, length)
            else:
                cache.layers[number] = _copied(states[length][number])
        return FilledCache(cache, length, states)

    def keep(self, marks: Any, opened: FilledCache) -> None:
        """Remember what was read of a prompt; beginnings that it repeats make room for it."""
        length = int(opened.cache.get_seq_length())
        if not self.crops:  # nothing beyond the last copy could be gone back to
            length = max(opened.states, default=0)
        if length == 0:
            return
        layers = [_part(layer, length) for layer in opened.cache.layers]
        new = Kept(marks[:length], layers, opened.states)
        self._kept = [
            old for old in self._kept if _common(old.marks, new.marks) < _COVERED * len(old.marks)
        ]
        self._kept.append(new)
        while len(self._kept) > _MOST or (self._kept and self.bytes > self._most_bytes):
            self._kept.pop(0)

    @property
    def bytes(self) -> int:
        """What all of them take; what two share is counted twice."""
        return sum(_bytes_of(kept) for kept in self._kept)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def _fresh(self) -> Any:
        from transformers import DynamicCache

        return DynamicCache(config=self._config)

    def _usable(self, kept: Kept, marks: Any, most: int) -> int:
        shared = min(_common(kept.marks, marks), most)
        if self.crops:
            return shared
        return max((place for place in kept.states if place <= shared), default=0)


def marks_of(ids: Any, runs: Sequence[tuple[int, int, int]]) -> Any:
    """One number a token by which prompts are compared: alike only if what was read is alike.

    Args:
        ids: the prompt, `[tokens]`.
        runs: where pictures stand: first token, one past the last, and a number of that picture.

    Returns:
        `[tokens]`, on the CPU: ids, and negative numbers for the tokens of pictures.
    """
    marks = ids.cpu().clone()
    for start, end, picture in runs:
        marks[start:end] = -1 - picture
    return marks


def _common(one: Any, other: Any) -> int:
    """How many tokens two prompts begin with alike."""
    length = min(len(one), len(other))
    differ = (one[:length] != other[:length]).nonzero()
    return int(differ[0]) if len(differ) else length


def _crops(layer: Any) -> bool:
    """Whether a layer holds every token, so that any beginning can be taken from it."""
    from transformers.cache_utils import DynamicLayer

    return type(layer) is DynamicLayer


def _part(layer: Any, length: int) -> Any:
    """What is kept of a layer by itself; of those that cannot be cropped, only copies are."""
    if is_fixed(layer):
        return dense(layer, length)
    return _first(layer, length) if _crops(layer) else None


def _first(layer: Any, length: int) -> Any:
    """A layer with its first tokens only; the numbers are shared, and never written to."""
    part = copy.copy(layer)
    part.keys, part.values = layer.keys[..., :length, :], layer.values[..., :length, :]
    return part


def _copied(layer: Any) -> Any:
    """A layer with numbers of its own."""
    import torch

    def own(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return value.clone()
        return {k: own(v) for k, v in value.items()} if isinstance(value, dict) else value

    made = copy.copy(layer)
    made.__dict__.update({name: own(value) for name, value in vars(layer).items()})
    return made


def _bytes_of(kept: Kept) -> int:
    import torch

    def size(value: Any) -> int:
        if isinstance(value, torch.Tensor):
            return value.numel() * value.element_size()
        return sum(map(size, value.values())) if isinstance(value, dict) else 0

    layers = [*kept.layers, *(x for fixed in kept.states.values() for x in fixed.values())]
    return sum(size(vars(layer)) for layer in layers if layer is not None)
