"""The multimodal model in this process, on a GPU or a CPU, through Hugging Face transformers."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from ...closing import Closing
from ...control import Control
from ...errors import BadInput, ModelError, UsageError
from ...extensions.extras import require
from ...media.store import Store
from ...schema import Picture
from ...tools.looking.regions import HeatMap
from ...weights.checkpoint import Parts, context_of, is_vision_language, load
from . import pictures as sizes
from .base import Choice, JsonSchema, Message, OnToken, Reply
from .local import attention
from .local.constrained import Grammars
from .local.model_input import ModelInput
from .local.runner import PromptRunner, Spent
from .local.sampling import sampling
from .local.spellings import first_tokens
from .local.streamer import Stopper, Streamer
from .local.trusting import Method, check_method, guides
from .pictures import PAGE_PIXELS
from .turns import Turns

MAX_PIXELS = 1_003_520
"""Pixels of one picture the model is shown: 1,280 squares of 28 x 28."""

_LEAST_FIXED = 2_048
"""Tokens below which a cache of fixed size would hardly ever be used."""

_T = TypeVar("_T")


class TransformersModel(Closing):
    """A chat model that runs here (`ChatModel`).

    The checkpoint's own kind decides what is loaded: a vision-language one sees pictures, a causal
    language model reads text only. No code from the checkpoint is ever run and only safetensors are
    read. One generation runs at a time; other threads wait, which does not count as time of their run,
    and stop waiting when it is stopped. What was computed of pictures and of the beginnings of prompts
    is kept, so that further questions about the same cost little (`local.runner`).

    Attributes:
        name: the folder's name or the hub name.
        sees_images: whether pictures reach the model.
        context_tokens: prompt and answer together.
        picture_pixels: pixels of one picture that reach the model; larger ones are shrunk to it.
    """

    def __init__(
        self,
        path_or_repo: str | Path,
        *,
        store: Store,
        revision: str | None = None,
        device: str | None = None,
        dtype: str | None = None,
        max_pixels: int = MAX_PIXELS,
        page_pixels: int = PAGE_PIXELS,
        context_tokens: int | None = None,
        offline: bool = False,
        bits: Literal[4, 16] = 16,
        decoding: Method = "plain",
    ) -> None:
        """Load the weights at once.

        Args:
            path_or_repo: a folder, or a name on the Hugging Face hub.
            store: where the pictures of messages lie.
            revision: branch, tag or commit on the hub.
            device: "cuda", "cuda:1", "cpu" ...; "auto" spreads the model over all GPUs; None takes
                a GPU when there is one.
            dtype: "bfloat16", "float16", "float32"; None takes the best for the device.
            max_pixels: how large one picture may be shown to the model; larger ones are shrunk.
            page_pixels: the same of a page of a document, where it is more.
            context_tokens: a smaller limit than the model's own.
            offline: use only what is on this machine.
            bits: of the language model's matrices; 4 takes a third of the memory.
            decoding: how tokens are chosen where pictures are shown; all but "plain" read the prompt
                twice.

        Raises:
            WeightsError: the folder or repository is missing, damaged or not of a known kind.
            OfflineError: it would have to be fetched while offline.
            ModelError: it does not fit into memory, or has no chat template.
            UsageError: an argument makes no sense.
        """
        require("local")
        folder = Path(path_or_repo).expanduser()
        source, name = str(path_or_repo), str(path_or_repo)
        if folder.is_dir():
            source, name = str(folder), folder.resolve().name
        parts = load(source, revision, device, dtype, offline, bits)
        self._adopt(parts, name, store, (max_pixels, page_pixels), context_tokens, decoding)

    @classmethod
    def from_objects(
        cls,
        model: Any,
        processor: Any,
        *,
        store: Store,
        name: str = "",
        max_pixels: int = MAX_PIXELS,
        page_pixels: int = PAGE_PIXELS,
        context_tokens: int | None = None,
        decoding: Method = "plain",
    ) -> Self:
        """Wrap a transformers model and its processor (or tokenizer) that are loaded already."""
        parts = Parts(model, processor, sees_images=is_vision_language(model.config))
        self = cls.__new__(cls)
        pixels = (max_pixels, page_pixels)
        self._adopt(parts, name or type(model).__name__, store, pixels, context_tokens, decoding)
        return self

    def _adopt(
        self,
        parts: Parts,
        name: str,
        store: Store,
        pixels: tuple[int, int],
        context_tokens: int | None,
        decoding: Method,
    ) -> None:
        if min(pixels) < 1 or (context_tokens is not None and context_tokens < 2):
            raise UsageError("max_pixels, page_pixels and context_tokens must be positive")
        if parts.sees_images:
            check_method(decoding, parts.model)
        self.name = name
        self.sees_images = parts.sees_images
        limit = context_of(parts)
        self.context_tokens = min(context_tokens or limit, limit)
        self.picture_pixels, self._page_pixels = pixels
        self._decoding, self._store = decoding, store
        self._lock = Turns()
        self._grammars: Grammars | None = None
        self._thinks = False  # by itself, without being told to by the template
        self._runner: PromptRunner | None = PromptRunner(parts, name, store)

    def generate(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonSchema | None = None,
        max_tokens: int = 512,
        temperature: float = 0.0,
        on_token: OnToken | None = None,
        control: Control | None = None,
    ) -> Reply:
        """Write the next turn; see `ChatModel.generate`.

        `max_tokens` is cut to what the context leaves. When the GPU's memory runs out, the pictures
        are shown again at half the pixels, as long as nothing was streamed. A chain of thought is
        not part of the answer; where it does not come to an end, the answer is written without.

        Raises:
            ModelError: the model failed, was closed, or ran out of memory.
            BadInput: the prompt does not fit, or has pictures for a model that sees none.
            UsageError: a number out of range, or a schema that cannot be followed.
        """
        if max_tokens < 1 or temperature < 0:
            raise UsageError(
                f"expected max_tokens >= 1 and temperature >= 0, got {max_tokens} and {temperature}"
            )
        control = control or Control()
        if not self._begin(control):
            return Reply(text="", finish="cancelled")
        try:
            streamer = Streamer(self._ready.parts.tokenizer, on_token)

            def write(prompt: ModelInput) -> Reply:
                if streamer.heard:  # what was streamed cannot be taken back
                    raise ModelError(f"{self.name} ran out of memory in the middle of its answer")
                guides = [*self._trusting(messages, prompt), *self._guides(schema)]
                return self._write(prompt, guides, max_tokens, temperature, streamer, control)

            reply = self._within_memory(messages, write, thinks=schema is None)
            if streamer.thinking and reply.finish == "length":
                again = self._within_memory(messages, write, thinks=False)
                reply = _both(reply, again)
            return reply
        finally:
            self._lock.release()

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        control: Control | None = None,
    ) -> Choice:
        """Probability that the next turn begins with each option; see `ChatModel.choose`.

        One forward pass. An option's probability is that of its first token, summed over the ways
        it may be written (upper or lower case, with a space before it).

        Raises:
            ModelError: the model failed, or gave none of the options a probability.
            BadInput: the prompt does not fit, or has pictures for a model that sees none.
            UsageError: fewer than two options, or options that begin alike.
            Stopped: `control` said stop before there was a result.
        """
        control = control or Control()
        if not self._begin(control):
            control.check()
        try:
            tokens = first_tokens(self._ready.parts.tokenizer, options)

            def weigh(prompt: ModelInput) -> Choice | None:
                return self._weigh(prompt, tokens)

            choice = None if self._thinks else self._within_memory(messages, weigh)
            if choice is None:  # it would begin with a thought, as it will the next time
                self._thinks = True
                choice = self._within_memory(messages, weigh, thought=True)
            assert choice is not None
            return choice
        finally:
            self._lock.release()

    def attention(
        self, messages: Sequence[Message], picture: Picture, *, control: Control | None = None
    ) -> HeatMap:
        """Where in one of the messages' pictures the model looks before it answers; see `Attends`.

        Two forward passes: the last message's question, and one about nothing in particular. A
        picture is looked at in one piece, also by processors that would cut it into tiles.

        Raises:
            ModelError: its architecture does not show its attention, or the model failed.
            BadInput: the prompt does not fit.
            UsageError: the picture is in none of the messages.
            Stopped: `control` said stop before there was a result.
        """
        shown = [p for message in messages for p in message.pictures]
        if picture not in shown:
            raise UsageError("attention is told of a picture that is in none of the messages")
        control = control or Control()
        if not self._begin(control):
            control.check()
        try:
            pixels = next(self._pixel_budgets(messages))
            prompts = [
                self._prompt(asked, pixels, tiled=False)
                for asked in (messages, attention.about_nothing(messages))
            ]
            return attention.heat_map(self._ready, prompts, picture, shown)
        finally:
            self._lock.release()

    def warm(self) -> None:
        """Get ready to write fast; see `Warms`.

        On a GPU its decoding step is compiled, for a cache of fixed size. Where that does not work, or
        for prompts that are too long for it, everything is as it was.
        """
        with self._lock:
            runner = self._ready
            tokens = min(self.context_tokens, runner.fixed_tokens())
            if runner.parts.model.device.type == "cuda" and tokens >= _LEAST_FIXED:
                runner.compile(tokens)

    @contextmanager
    def lent(self) -> Iterator[Parts]:
        """The loaded model, for one who runs it by itself; see `Lends`."""
        with self._lock:
            yield self._ready.parts

    def close(self) -> None:
        """Give the model's memory back; waits for a generation that is running."""
        with self._lock:
            self._runner = None
            self._grammars = None
        _free_memory()

    @property
    def _ready(self) -> PromptRunner:
        if self._runner is None:
            raise ModelError(f"{self.name} was closed")
        return self._runner

    def _begin(self, control: Control) -> bool:
        """Take the model, or say False when the run stops before it is free."""
        with control.waiting():
            return self._lock.acquire(control)

    def _within_memory(
        self, messages: Sequence[Message], run: Callable[[ModelInput], _T], **how: bool
    ) -> _T:
        """Call `run` with the prompt, its pictures at ever fewer pixels while memory is short.

        `how` the prompt is made is told to `PromptRunner.prompt`.
        """
        import torch

        smallest, held = math.inf, self._ready.holds
        for pixels in self._pixel_budgets(messages):
            try:
                prompt = self._prompt(messages, pixels, **how)
                if prompt.patches >= smallest:
                    continue  # this processor shows just as much: it would fail again
                smallest = prompt.patches
                return run(prompt)
            except torch.OutOfMemoryError:
                pass
            # Outside the except block: its traceback would keep the tensors alive.
            self._ready.forget()
            _free_memory()
            if held:
                smallest, held = math.inf, False  # as large again: what was kept has left room
        raise ModelError(
            f"{self.name} ran out of memory, also with smaller pictures; give fewer or smaller "
            "pictures or less text, or use a smaller model"
        )

    def _pixel_budgets(self, messages: Sequence[Message]) -> Iterator[list[int]]:
        """Pixels that each picture may have: as many as fit, once more, then ever fewer."""
        pictures = [picture for message in messages for picture in message.pictures]
        wanted = sizes.wanted_pixels(pictures, self.picture_pixels, self._page_pixels)
        first = sizes.fitted(pictures, wanted, self.context_tokens, self._ready.pictures.a_token)
        yield first
        yield first  # tried only where something was given back meanwhile
        yield from sizes.fewer(pictures, first)

    def _prompt(
        self,
        messages: Sequence[Message],
        pixels: Sequence[int],
        **how: bool,
    ) -> ModelInput:
        """The prompt, if this model can read it."""
        pictures = [picture for message in messages for picture in message.pictures]
        if pictures and not self.sees_images:
            raise BadInput(
                pictures[0].name or "picture",
                f"{self.name} reads text only; choose a model that sees pictures (pack gpu) or ask "
                "without the picture",
            )
        prompt = self._ready.prompt(messages, pixels, **how)
        if len(prompt) >= self.context_tokens:
            shown = f" with {len(pictures)} pictures" if pictures else ""
            raise BadInput(
                "the prompt",
                f"{len(prompt)} tokens{shown} do not fit {self.name}, which reads and writes at most "
                f"{self.context_tokens}; give less text or fewer pictures",
            )
        return prompt

    def _write(
        self,
        prompt: ModelInput,
        guides: Sequence[Any],
        max_tokens: int,
        temperature: float,
        streamer: Streamer,
        control: Control,
    ) -> Reply:
        room = min(max_tokens, self.context_tokens - len(prompt))
        streamer.restart(opened=prompt.thinks)
        stopper, spent = Stopper(control), Spent()
        output = self._ready.generate(
            prompt,
            spent,
            max_new_tokens=room,
            streamer=streamer,
            stopping_criteria=[stopper],
            logits_processor=list(guides),
            **sampling(temperature),
        )
        written = output[0, len(prompt) :]
        done = len(written) > 0 and int(written[-1]) in self._ready.stop_ids
        return Reply(
            text=streamer.text,
            prompt_tokens=len(prompt),
            completion_tokens=len(written),
            cached_tokens=spent.cached,
            vision_passes=spent.passes,
            finish="stop" if done else "cancelled" if stopper.stopped else "length",
        )

    def _weigh(self, prompt: ModelInput, tokens: dict[str, set[int]]) -> Choice | None:
        """Softmax over the vocabulary at the first new token, gathered by option.

        None where the likeliest token opens a thought.
        """
        # Through `generate`, so that positions and masks are made exactly as they are in writing.
        spent = Spent()
        output = self._ready.generate(
            prompt,
            spent,
            max_new_tokens=1,
            output_logits=True,
            return_dict_in_generate=True,
            **sampling(0.0),
        )
        chances = output.logits[0][0].float().softmax(dim=-1)
        first = self._ready.parts.tokenizer.decode([int(chances.argmax())])
        if first.strip().startswith("<think") and not self._thinks:
            return None
        weights = {option: float(chances[sorted(ids)].sum()) for option, ids in tokens.items()}
        mass = sum(weights.values())
        if not mass > 0:  # also when it is not a number
            raise ModelError(f"{self.name} gave none of the options {list(tokens)} a probability")
        return Choice(
            probabilities={option: weight / mass for option, weight in weights.items()},
            prompt_tokens=len(prompt),
            completion_tokens=1,
            cached_tokens=spent.cached,
            vision_passes=spent.passes,
            mass=min(mass, 1.0),
        )

    def _trusting(self, messages: Sequence[Message], prompt: ModelInput) -> list[Any]:
        """What makes a model that is shown pictures keep to them, as the settings say."""
        if self._decoding == "plain" or not prompt.pictures:
            return []
        return guides(self._decoding, self._ready, messages, prompt, self._store)

    def _guides(self, schema: JsonSchema | None) -> list[Any]:
        if schema is None:
            return []
        parts = self._ready.parts
        if self._grammars is None:
            width = parts.model.config.get_text_config().vocab_size
            self._grammars = Grammars(parts.tokenizer, width, self._ready.stop_ids)
        return [self._grammars.mask(schema)]


def _both(first: Reply, second: Reply) -> Reply:
    """The second reply, with what both of them took."""
    return second.model_copy(
        update={
            "completion_tokens": first.completion_tokens + second.completion_tokens,
            "vision_passes": first.vision_passes + second.vision_passes,
        }
    )


def _free_memory() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
