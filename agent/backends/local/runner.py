"""One prompt through a model of transformers, with everything reused that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....errors import LooktwiceError, ModelError
from ....media.store import Store
from ....schema import Picture
from ..base import Message
from .checkpoint import Parts, pad_id, stop_ids
from .fixed import FixedCache
from .prefix import FilledCache, PrefixCache, marks_of
from .rendering import EMPTY_THOUGHT, PromptRenderer
from .vision import Pictures

_LEAST_SAVED = 32
"""Tokens between two places that are copied; fewer are read again in no time."""
_FIXED_TOKENS = 8_192
"""Of a cache of fixed size: some pictures, what was read in them, and an answer."""
_PREFIX_BYTES = 2 * 2**30
_PREFIX_SHARE = 0.08
"""Of the GPU's memory, that beginnings of prompts may take; at most `_PREFIX_BYTES`."""
_PER_TOKEN = ("input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids")

Run = tuple[int, int, int]
"""Where a picture stands in a prompt: first token, one past the last, its number."""


@dataclass(frozen=True)
class ModelInput:
    """A conversation in the model's numbers.

    Attributes:
        inputs: the library's tensors (batch of one), on the model's device; "input_ids" is
            `[1, tokens]`.
        pictures, pixels: what is shown, and at how many pixels at most.
        runs: where it stands.
        marks: by which prompts are compared.
        shared: tokens that other questions about the same begin with; 0 where nothing is known.
        thinks: whether it ends inside a thought.
    """

    inputs: dict[str, Any]
    pictures: Sequence[Picture]
    pixels: Sequence[int]
    runs: Sequence[Run]
    marks: Any
    shared: int
    thinks: bool

    def __len__(self) -> int:
        return int(self.inputs["input_ids"].shape[1])

    @property
    def patches(self) -> int:
        """How much of the pictures is shown."""
        if "image_grid_thw" in self.inputs:
            return int(self.inputs["image_grid_thw"].prod(-1).sum())
        return int(self.inputs["pixel_values"].numel()) if "pixel_values" in self.inputs else 0


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
        self.renderer = PromptRenderer(parts, name)
        self.pictures = Pictures(parts, store)
        self.stop_ids = stop_ids(parts)
        self.prefixes = PrefixCache(parts.model.config, _room(parts.model))
        self._numbers: dict[object, int] = {}
        self._compiled: dict[str, Any] = {}

    def prompt(
        self,
        messages: Sequence[Message],
        pixels: Sequence[int],
        *,
        thinks: bool = False,
        tiled: bool = True,
        thought: bool = False,
    ) -> ModelInput:
        """The prompt for a conversation.

        Args:
            messages: what was said so far.
            pixels: that each of its pictures may have.
            thinks: leave open a thought that the chat template opens.
            tiled: let processors cut pictures into tiles.
            thought: put an empty thought before the answer.

        Raises:
            ModelError: the model's template or processor cannot take it.
        """
        text = self.renderer.write(messages, thinks=thinks)
        if thought:
            text += EMPTY_THOUGHT
        pictures = [picture for message in messages for picture in message.pictures]
        try:
            made = self.pictures.tokenize(text, pictures, pixels, tiled=tiled)
        except (ValueError, TypeError, IndexError, KeyError, RuntimeError) as error:
            raise ModelError(f"{self.name} could not read the prompt: {error}") from error
        inputs = self._placed(made)
        runs = self._runs(inputs, pictures, pixels, tiled)
        marks = marks_of(inputs["input_ids"][0], runs)
        shared = 0 if self.prefixes.crops else self._shared(messages, text, inputs)
        opened = self.renderer.opens_thought(text)
        return ModelInput(inputs, pictures, pixels, runs, marks, shared, opened)

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

    def _placed(self, made: Any) -> dict[str, Any]:
        """Tensors on the model's device; pixels in its own precision."""
        model = self.parts.model
        return {
            name: value.to(model.device, model.dtype if value.is_floating_point() else None)
            for name, value in made.items()
        }

    def _runs(
        self,
        inputs: dict[str, Any],
        pictures: Sequence[Picture],
        pixels: Sequence[int],
        tiled: bool,
    ) -> list[Run]:
        """Where the pictures stand, each told apart from every other that was ever shown.

        Where a processor mixes the pictures of a prompt, all of them together are one.
        """
        if not pictures:
            return []
        ids = inputs["input_ids"][0]
        keys: list[object] = [(p.sha256, n) for p, n in zip(pictures, pixels, strict=True)]
        token = getattr(self.parts.model.config, "image_token_id", None)
        places = (ids == token).nonzero().flatten().tolist() if token is not None else []
        if not places:
            return [(0, len(ids), self._number(object()))]
        if not self.pictures.by_grid:
            number = self._number((*keys, tiled))
            return [(start, end, number) for start, end in _stretches(places)]
        merge = self.parts.processor.image_processor.merge_size**2
        runs, first = [], 0
        for key, grid in zip(keys, inputs["image_grid_thw"], strict=True):
            last = first + int(grid.prod()) // merge
            runs.append((places[first], places[last - 1] + 1, self._number(key)))
            first = last
        return runs

    def _number(self, key: object) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _shared(self, messages: Sequence[Message], text: str, inputs: dict[str, Any]) -> int:
        """Tokens before the place that the last message marks, or before that message."""
        last = messages[-1]
        if last.pictures and not last.shared:
            return 0
        cut = last.model_copy(update={"text": last.text[: last.shared], "shared": 0})
        begun = _alike(text, self.renderer.write([*messages[:-1], cut]))
        tail = self.parts.tokenizer(text[begun:], add_special_tokens=False)["input_ids"]
        return max(0, int(inputs["input_ids"].shape[1]) - len(tail) - 1)

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


GREEDY: dict[str, Any] = {
    # No penalty for repeating: an answer quotes the evidence that stands in the prompt. The rest is
    # unused, and named so that nothing warns.
    "repetition_penalty": 1.0,
    "do_sample": False,
    "temperature": 1.0,
    "top_p": 1.0,
    "top_k": 50,
}


def sampling(temperature: float) -> dict[str, Any]:
    """Settings for `generate`; with a temperature the maker's top_p and top_k apply."""
    if temperature > 0:
        return {"repetition_penalty": 1.0, "do_sample": True, "temperature": temperature}
    return GREEDY


def _stretches(places: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring places as first and one past the last."""
    starts = [p for n, p in enumerate(places) if n == 0 or places[n - 1] != p - 1]
    ends = [p + 1 for n, p in enumerate(places) if n + 1 == len(places) or places[n + 1] != p + 1]
    return list(zip(starts, ends, strict=True))


def _alike(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    for n, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return n
    return min(len(one), len(other))


def _room(model: Any) -> int:
    """Bytes that beginnings of prompts may take where the model lies."""
    import torch

    if model.device.type != "cuda":
        return _PREFIX_BYTES // 2
    whole = torch.cuda.get_device_properties(model.device).total_memory
    return min(_PREFIX_BYTES, int(whole * _PREFIX_SHARE))
