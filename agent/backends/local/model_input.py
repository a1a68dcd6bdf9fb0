"""Conversations as a model takes them: tensors, and where in them every picture stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....errors import ModelError
from ....schema import Picture
from ....weights.chat_template import opens_thought
from ....weights.checkpoint import Parts
from ..base import Message
from .prefix import marks_of
from .rendering import EMPTY_THOUGHT, PromptRenderer
from .vision import Pictures

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


class InputBuilder:
    """Makes prompts for one model.

    Args:
        parts: its model and processor.
        name: what it is called, for messages.
        pictures: prepares those that are shown.

    Raises:
        ModelError: it has no chat template.
    """

    def __init__(self, parts: Parts, name: str, pictures: Pictures) -> None:
        self._parts, self._name, self._pictures = parts, name, pictures
        self._renderer = PromptRenderer(parts, name)
        self._numbers: dict[object, int] = {}

    def build(
        self,
        messages: Sequence[Message],
        pixels: Sequence[int],
        *,
        thinks: bool = False,
        tiled: bool = True,
        thought: bool = False,
        marked: bool = False,
    ) -> ModelInput:
        """The prompt for a conversation.

        Args:
            messages: what was said so far.
            pixels: that each of its pictures may have.
            thinks: leave open a thought that the chat template opens.
            tiled: let processors cut pictures into tiles.
            thought: put an empty thought before the answer.
            marked: find out where other questions about the same part from this one.

        Raises:
            ModelError: the model's template or processor cannot take it.
        """
        text = self._renderer.write(messages, thinks=thinks)
        if thought:
            text += EMPTY_THOUGHT
        pictures = [picture for message in messages for picture in message.pictures]
        try:
            made = self._pictures.tokenize(text, pictures, pixels, tiled=tiled)
        except (ValueError, TypeError, IndexError, KeyError, RuntimeError) as error:
            raise ModelError(f"{self._name} could not read the prompt: {error}") from error
        inputs = self._placed(made)
        runs = self._runs(inputs, pictures, pixels, tiled)
        marks = marks_of(inputs["input_ids"][0], runs)
        shared = self._shared(messages, text, inputs) if marked else 0
        opened = opens_thought(text)
        return ModelInput(inputs, pictures, pixels, runs, marks, shared, opened)

    def _placed(self, made: Any) -> dict[str, Any]:
        """Tensors on the model's device; pixels in its own precision."""
        model = self._parts.model
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
        token = getattr(self._parts.model.config, "image_token_id", None)
        places = (ids == token).nonzero().flatten().tolist() if token is not None else []
        if not places:
            return [(0, len(ids), self._number(object()))]
        if not self._pictures.by_grid:
            number = self._number((*keys, tiled))
            return [(start, end, number) for start, end in _stretches(places)]
        merge = self._parts.processor.image_processor.merge_size**2
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
        begun = _alike(text, self._renderer.write([*messages[:-1], cut]))
        tail = self._parts.tokenizer(text[begun:], add_special_tokens=False)["input_ids"]
        return max(0, int(inputs["input_ids"].shape[1]) - len(tail) - 1)


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
