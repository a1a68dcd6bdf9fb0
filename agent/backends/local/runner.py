"""One prompt through a model of transformers, with everything reused that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....errors import LooktwiceError, ModelError
from ....media.store import Store
from ....weights.checkpoint import Parts, pad_id, stop_ids
from ..base import Message
from .fixed import FixedCache
from .model_input import InputBuilder, ModelInput
from .prefix import FilledCache, PrefixCache
from .sampling import GREEDY
from .vision import Pictures

_LEAST_SAVED = 32
"""Tokens between two places that are copied; fewer are read again in no time."""
_FIXED_TOKENS = 8_192
"""Of a cache of fixed size: some pictures, what was read in them, and an answer."""
_PREFIX_BYTES = 2 * 2**30
_PREFIX_SHARE = 0.08
"""Of the GPU's memory, that beginnings of prompts may take; at most `_PREFIX_BYTES`."""
_PER_TOKEN = ("input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids")


@dataclass
class Spent:
    """What one prompt took: tokens that were known already, pictures that were encoded."""

    cached: int = 0
    passes: int = 0


class PromptRunner:
    """Prompts for one model, and what was computed of them. Not safe to share between threads.

    Args:
        parts: its model and processor.
        name: what it is called, for messages.
        store: where the pictures lie.

    Raises:
        ModelError: it has no chat template.
    """

    def __init__(self, parts: Parts, name: str, store: Store) -> None:
        self.parts, self.name = parts, name
        self.pictures = Pictures(parts, store)
        self._builder = InputBuilder(parts, name, self.pictures)
        self.stop_ids = stop_ids(parts)
        self.prefixes = PrefixCache(parts.model.config, _room(parts.model))
        self._compiled: dict[str, Any] = {}

    def prompt(self, messages: Sequence[Message], pixels: Sequence[int], **how: bool) -> ModelInput:
        """The prompt for a conversation; see `InputBuilder.build`."""
        return self._builder.build(messages, pixels, marked=not self.prefixes.crops, **how)

    def generate(self, prompt: ModelInput, spent: Spent, **settings: Any) -> Any:
        """The library's `generate`, which reads only what is not known of the prompt.

        Args:
            prompt: what is continued.
            spent: told what was reused.
            settings: for the library.

        Raises:
            ModelError: the model failed; what a listener raised comes out as it is.
        """
        import torch

        streamer = settings.get("streamer")
        before = self.pictures.passes
        try:
            opened = self._open(prompt, len(prompt) + int(settings["max_new_tokens"]))
            spent.cached = opened.length
            for place in self._places(prompt, opened):
                self._library(prompt, opened, place, max_new_tokens=1, **GREEDY)
                opened.note()
            output = self._library(prompt, opened, len(prompt), **settings)
        except (torch.OutOfMemoryError, LooktwiceError):
            raise
        except Exception as error:
            if streamer is not None and streamer.listener_failed:
                raise
            raise ModelError(f"{self.name} failed: {type(error).__name__}: {error}") from error
        finally:
            spent.passes += self.pictures.passes - before
        self._keep(prompt, opened, output)
        return output

    def look(self, prompt: ModelInput) -> Spent:
        """One pass over what is not known of a prompt, for what listens inside.

        Raises:
            ModelError: the model failed.
        """
        import torch

        spent = Spent()
        try:
            self.generate(prompt, spent, max_new_tokens=1, **GREEDY)
        except torch.OutOfMemoryError as error:
            raise ModelError(f"{self.name} ran out of memory: {error}") from error
        return spent

    def fixed_tokens(self) -> int:
        """How many tokens a cache of fixed size may hold, by the memory they take."""
        text = self.parts.model.config.get_text_config()
        heads = getattr(text, "num_key_value_heads", None) or text.num_attention_heads
        width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
        each: int = 2 * text.num_hidden_layers * heads * width * self.parts.model.dtype.itemsize
        return min(_FIXED_TOKENS, _room(self.parts.model) // each)

    def compile(self, tokens: int, config: Any = None) -> bool:
        """Use a cache of fixed size from now on, where the library compiles the decoding step for it.

        Args:
            tokens: that the cache holds; longer prompts are read with one that grows.
            config: how to compile, where the library would not by itself (on a CPU).

        Returns:
            Whether it works here; otherwise nothing changes.
        """
        kind = self.parts.model.config
        if not FixedCache.suits(kind):
            return False
        self.prefixes.fixed = FixedCache(kind, tokens)
        self._compiled = {} if config is None else {"compile_config": config}
        try:
            messages = [Message(role="user", text="?")]
            self.generate(self.prompt(messages, []), Spent(), max_new_tokens=4, **GREEDY)
        except Exception:  # no compiler, no kernels, too little memory: it goes on as before
            self.prefixes.fixed, self._compiled = None, {}
            self.prefixes.clear()
            return False
        return True

    @property
    def holds(self) -> bool:
        """Whether anything is kept in the model's memory."""
        return self.pictures.holds or len(self.prefixes) > 0

    def forget(self) -> None:
        """Give back what is kept in the model's memory."""
        self.prefixes.clear()
        self.pictures.forget()

    def _open(self, prompt: ModelInput, room: int) -> FilledCache:
        """A cache with what is known of a prompt, never ending among pictures that belong together."""
        opened = self.prefixes.open(prompt.marks, len(prompt) - 1, room)
        if not prompt.runs or self.pictures.by_grid:
            return opened
        first, last = prompt.runs[0][0], prompt.runs[-1][1]
        if first < opened.length < last:
            return self.prefixes.open(prompt.marks, first, room)
        return opened

    def _places(self, prompt: ModelInput, opened: FilledCache) -> list[int]:
        """Where the state is copied on the way, for layers that cannot be cropped."""
        if self.prefixes.crops:
            return []
        wanted = {prompt.shared}
        if prompt.runs:
            wanted |= {prompt.runs[0][0], prompt.runs[-1][1]}
        found, last = [], opened.length
        for place in sorted(wanted):
            if last + _LEAST_SAVED <= place < len(prompt):
                found.append(place)
                last = place
        return found

    def whole(self, prompt: ModelInput) -> dict[str, Any]:
        """All that `forward` of the model takes for a prompt of which nothing is known."""
        return self._piece(prompt, 0, len(prompt))

    def _library(self, prompt: ModelInput, opened: FilledCache, end: int, **settings: Any) -> Any:
        """The library's `generate` on the first `end` tokens, of which some are in the cache."""
        import torch

        model = self.parts.model
        start = int(opened.cache.get_seq_length())
        inputs = self._piece(prompt, start, end)
        inner: Any = getattr(model, "model", None)
        if hasattr(inner, "rope_deltas"):
            inner.rope_deltas = None  # those of another prompt; found anew from all of this one
        ends = list(self.stop_ids)
        with torch.no_grad():
            return model.generate(
                **inputs,
                **self._compiled,
                cache=opened.cache,
                eos_token_id=ends,
                pad_token_id=pad_id(self.parts.tokenizer, ends),
                **settings,
            )

    def _piece(self, prompt: ModelInput, start: int, end: int) -> dict[str, Any]:
        """The inputs for tokens `start` to `end`: all ids, and the pictures among those tokens."""
        inputs = {
            name: value[:, :end] if name in _PER_TOKEN else value
            for name, value in prompt.inputs.items()
        }
        if not prompt.runs:
            return inputs
        fresh = [n for n, run in enumerate(prompt.runs) if start <= run[0] and run[1] <= end]
        if not self.pictures.by_grid:
            if fresh:
                self.pictures.passes += len(prompt.pictures)
                return inputs
            return {name: value for name, value in inputs.items() if name in _PER_TOKEN}
        shown = sum(run[1] <= end for run in prompt.runs)
        grids = inputs.pop("image_grid_thw")
        if shown:
            inputs["image_grid_thw"] = grids[:shown]
        if fresh:
            features = self.pictures.encoded(
                [prompt.pictures[n] for n in fresh], [prompt.pixels[n] for n in fresh]
            )
            inputs["mm_encoder_outputs"] = {"image": features}
        return inputs

    def _keep(self, prompt: ModelInput, opened: FilledCache, output: Any) -> None:
        """Remember the prompt and what was written after it."""
        import torch

        ids = output["sequences"] if isinstance(output, dict) else output
        self.prefixes.keep(torch.cat([prompt.marks, ids[0, len(prompt) :].cpu()]), opened)


def _room(model: Any) -> int:
    """Bytes that beginnings of prompts may take where the model lies."""
    import torch

    if model.device.type != "cuda":
        return _PREFIX_BYTES // 2
    whole = torch.cuda.get_device_properties(model.device).total_memory
    return min(_PREFIX_BYTES, int(whole * _PREFIX_SHARE))
