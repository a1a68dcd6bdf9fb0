"""The multimodal model in this process, on a GPU or a CPU, through Hugging Face transformers."""

from __future__ import annotations

import gc
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ...closing import Closing
from ...control import Control
from ...errors import BadInput, LooktwiceError, ModelError, UsageError
from ...extensions.extras import require
from ...media.store import Store
from ...schema import Picture
from ...tools.looking.regions import HeatMap
from . import attention
from .base import Choice, JsonSchema, Message, OnToken, Reply
from .checkpoint import (
    Parts,
    chat_template,
    context_of,
    control_tokens,
    is_vision_language,
    load,
    pad_id,
    stop_ids,
)
from .constrained import Grammars
from .streamer import Stopper, Streamer

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 1_003_520
"""Pixels of one picture the model is shown: 1,280 squares of 28 x 28."""

_FEWEST_PIXELS = 224 * 224
"""Below this a smaller picture no longer helps, and no vision encoder was trained on it."""

_T = TypeVar("_T")


class TransformersModel(Closing):
    """A chat model that runs here (`ChatModel`).

    The checkpoint's own kind decides what is loaded: a vision-language one sees pictures, a causal
    language model reads text only. No code from the checkpoint is ever run and only safetensors are
    read. One generation runs at a time; other threads wait, and stop waiting when their run stops.

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
        context_tokens: int | None = None,
        offline: bool = False,
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
            context_tokens: a smaller limit than the model's own.
            offline: use only what is on this machine.

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
        parts = load(source, revision, device, dtype, offline)
        self._adopt(parts, name, store, max_pixels, context_tokens)

    @classmethod
    def from_objects(
        cls,
        model: Any,
        processor: Any,
        *,
        store: Store,
        name: str = "",
        max_pixels: int = MAX_PIXELS,
        context_tokens: int | None = None,
    ) -> Self:
        """Wrap a transformers model and its processor (or tokenizer) that are loaded already."""
        parts = Parts(model, processor, sees_images=is_vision_language(model.config))
        self = cls.__new__(cls)
        self._adopt(parts, name or type(model).__name__, store, max_pixels, context_tokens)
        return self

    def _adopt(
        self,
        parts: Parts,
        name: str,
        store: Store,
        max_pixels: int,
        context_tokens: int | None,
    ) -> None:
        if max_pixels < 1 or (context_tokens is not None and context_tokens < 2):
            raise UsageError("max_pixels and context_tokens must be positive")
        self.name = name
        self.sees_images = parts.sees_images
        limit = context_of(parts)
        self.context_tokens = min(context_tokens or limit, limit)
        self._parts: Parts | None = parts
        self._store = store
        self.picture_pixels = max_pixels
        self._lock = threading.Lock()
        self._template = chat_template(parts, name)
        self._stop_ids = stop_ids(parts)
        self._controls = control_tokens(parts)
        self._grammars: Grammars | None = None

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
        are shown again at half the pixels, as long as nothing was streamed.

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
            streamer = Streamer(self._ready.tokenizer, on_token)

            def write(inputs: Any) -> Reply:
                if streamer.heard:  # what was streamed cannot be taken back
                    raise ModelError(f"{self.name} ran out of memory in the middle of its answer")
                return self._write(inputs, schema, max_tokens, temperature, streamer, control)

            return self._within_memory(messages, write)
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
            tokens = first_tokens(self._ready.tokenizer, options)
            return self._within_memory(messages, lambda inputs: self._weigh(inputs, tokens))
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
            return self._attention(messages, picture, shown.index(picture), len(shown))
        finally:
            self._lock.release()

    def _attention(
        self, messages: Sequence[Message], picture: Picture, number: int, count: int
    ) -> HeatMap:
        parts = self._ready
        rows, places = [], []
        for asked in (messages, attention.about_nothing(messages)):
            inputs = self._inputs(asked, self.picture_pixels, tiled=False)
            grids = inputs.get("image_grid_thw", count)
            merge = getattr(parts.model.config.vision_config, "spatial_merge_size", 1)
            image_token = getattr(parts.model.config, "image_token_id", None)
            ids = inputs["input_ids"][0]
            places.append(attention.tokens_of(ids, image_token, number, grids, merge))
            with attention.last_rows(parts.model) as found:
                self._look(inputs)
            rows.append(found)
        weights = attention.relevance(rows[0], rows[1], places[0], places[1])
        shape = attention.shape_of(len(weights), number, grids, merge)
        images = getattr(parts.processor, "image_processor", None)
        return HeatMap(attention.covered(picture, images), weights.reshape(shape))

    def _look(self, inputs: Any) -> None:
        """One forward pass over a prompt; its failures become `ModelError`."""
        import torch

        try:
            with torch.inference_mode():
                self._ready.model(**inputs, use_cache=False, logits_to_keep=1)
        except Exception as error:
            raise ModelError(f"{self.name} failed: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Give the model's memory back; waits for a generation that is running."""
        with self._lock:
            self._parts = None
            self._grammars = None
        _free_memory()

    @property
    def _ready(self) -> Parts:
        if self._parts is None:
            raise ModelError(f"{self.name} was closed")
        return self._parts

    def _begin(self, control: Control) -> bool:
        """Take the model, or say False when the run stops before it is free."""
        while not control.should_stop:
            if self._lock.acquire(timeout=0.05):
                return True
        return False

    def _within_memory(self, messages: Sequence[Message], run: Callable[[Any], _T]) -> _T:
        """Call `run` with the model's inputs, at ever fewer pixels while memory is short."""
        import torch

        smallest = math.inf
        for pixels in self._pixel_budgets(messages):
            try:
                inputs = self._inputs(messages, pixels)
                size = inputs["pixel_values"].numel() if "pixel_values" in inputs else 0
                if size >= smallest:
                    continue  # this processor shows just as much: it would fail again
                smallest = size
                return run(inputs)
            except torch.OutOfMemoryError:
                pass
            # Outside the except block: its traceback would keep the tensors alive.
            inputs = None
            _free_memory()
        raise ModelError(
            f"{self.name} ran out of memory, also with smaller pictures; give fewer or smaller "
            "pictures or less text, or use a smaller model"
        )

    def _pixel_budgets(self, messages: Sequence[Message]) -> Iterator[int]:
        """Pixels a picture may have: the usual limit, then half and half again of the largest."""
        yield self.picture_pixels
        sizes = [p.width * p.height for message in messages for p in message.pictures]
        pixels = min(self.picture_pixels, max(sizes, default=0)) // 2
        while pixels >= _FEWEST_PIXELS:
            yield pixels
            pixels //= 2

    def _inputs(self, messages: Sequence[Message], pixels: int, *, tiled: bool = True) -> Any:
        """The processor's tensors for a prompt (batch of one), on the model's device.

        Floating point tensors have the model's dtype; "input_ids" is `[1, tokens]`.
        """
        parts = self._ready
        pictures = [picture for message in messages for picture in message.pictures]
        if pictures and not self.sees_images:
            raise BadInput(
                pictures[0].name or "picture",
                f"{self.name} reads text only; choose a model that sees pictures (pack gpu) or ask "
                "without the picture",
            )
        images = [self._store.resized(picture, pixels) for picture in pictures]
        options = _image_options(parts.processor, images, pixels, tiled=tiled)
        inputs = self._render(messages, images, options)
        tokens = inputs["input_ids"].shape[1]
        if tokens >= self.context_tokens:
            shown = f" with {len(pictures)} pictures" if pictures else ""
            raise BadInput(
                "the prompt",
                f"{tokens} tokens{shown} do not fit {self.name}, which reads and writes at most "
                f"{self.context_tokens}; give less text or fewer pictures",
            )
        if self.sees_images:
            return inputs.to(parts.model.device, dtype=parts.model.dtype)  # casts the pixels only
        return inputs.to(parts.model.device)

    def _render(
        self, messages: Sequence[Message], images: Sequence[Image], options: dict[str, Any]
    ) -> Any:
        """Messages through the model's own chat template and processor."""
        from jinja2 import TemplateError

        try:
            return self._apply_template(messages, images, options)
        except TemplateError as error:
            if messages and messages[0].role == "system":  # some models know no such role
                return self._render(_without_system(messages), images, options)
            raise ModelError(f"{self.name} cannot hold this conversation: {error}") from error
        except (ValueError, TypeError, IndexError, KeyError, RuntimeError) as error:
            raise ModelError(f"{self.name} could not read the prompt: {error}") from error

    def _apply_template(
        self, messages: Sequence[Message], images: Sequence[Image], options: dict[str, Any]
    ) -> Any:
        settings: dict[str, Any] = {
            "chat_template": self._template,
            "add_generation_prompt": True,
            "tokenize": True,
            "return_dict": True,
            "return_tensors": "pt",
        }
        if "enable_thinking" in self._template:
            # A schema or a choice is about the first token, which must not open a chain of thought.
            settings["enable_thinking"] = False
        if self.sees_images:
            settings["processor_kwargs"] = options
        conversation = self._conversation(messages, images)
        return self._ready.processor.apply_chat_template(conversation, **settings)

    def _conversation(
        self, messages: Sequence[Message], images: Sequence[Image]
    ) -> list[dict[str, Any]]:
        """Messages as chat templates expect them: pictures before the text, in their order."""
        rest = iter(images)
        turns: list[dict[str, Any]] = []
        for message in messages:
            text = _plain(message.text, self._controls)
            content: Any = text
            if self.sees_images:
                content = [{"type": "image", "image": next(rest)} for _ in message.pictures]
                content.append({"type": "text", "text": text})
            turns.append({"role": message.role, "content": content})
        return turns

    def _write(
        self,
        inputs: Any,
        schema: JsonSchema | None,
        max_tokens: int,
        temperature: float,
        streamer: Streamer,
        control: Control,
    ) -> Reply:
        prompt = inputs["input_ids"].shape[1]
        room = min(max_tokens, self.context_tokens - prompt)
        streamer.restart()
        stopper = Stopper(control)
        output = self._run(
            inputs,
            max_new_tokens=room,
            streamer=streamer,
            stopping_criteria=[stopper],
            logits_processor=[self._guide(schema)] if schema is not None else [],
            **_sampling(temperature),
        )
        written = output[0, prompt:]
        done = len(written) > 0 and int(written[-1]) in self._stop_ids
        return Reply(
            text=streamer.text,
            prompt_tokens=prompt,
            completion_tokens=len(written),
            finish="stop" if done else "cancelled" if stopper.stopped else "length",
        )

    def _weigh(self, inputs: Any, tokens: dict[str, set[int]]) -> Choice:
        """Softmax over the vocabulary at the first new token, gathered by option."""
        # Through `generate`, so that positions and masks are made exactly as they are in writing.
        output = self._run(
            inputs,
            max_new_tokens=1,
            output_logits=True,
            return_dict_in_generate=True,
            **_sampling(0.0),
        )
        chances = output.logits[0][0].float().softmax(dim=-1)
        weights = {option: float(chances[sorted(ids)].sum()) for option, ids in tokens.items()}
        mass = sum(weights.values())
        if not mass > 0:  # also when it is not a number
            raise ModelError(f"{self.name} gave none of the options {list(tokens)} a probability")
        return Choice(
            probabilities={option: weight / mass for option, weight in weights.items()},
            prompt_tokens=inputs["input_ids"].shape[1],
            completion_tokens=1,
            mass=min(mass, 1.0),
        )

    def _run(self, inputs: Any, **settings: Any) -> Any:
        """The library's `generate`; its failures become `ModelError`, a listener's stay as is."""
        import torch

        ends = list(self._stop_ids)
        streamer = settings.get("streamer")
        try:
            return self._ready.model.generate(
                **inputs,
                eos_token_id=ends,
                pad_token_id=pad_id(self._ready.tokenizer, ends),
                **settings,
            )
        except (torch.OutOfMemoryError, LooktwiceError):
            raise
        except Exception as error:
            if streamer is not None and streamer.listener_failed:
                raise
            raise ModelError(f"{self.name} failed: {type(error).__name__}: {error}") from error

    def _guide(self, schema: JsonSchema) -> Any:
        parts = self._ready
        if self._grammars is None:
            width = parts.model.config.get_text_config().vocab_size
            self._grammars = Grammars(parts.tokenizer, width, self._stop_ids)
        return self._grammars.mask(schema)


def first_tokens(tokenizer: Any, options: Sequence[str]) -> dict[str, set[int]]:
    """The tokens each option may begin with: as written, in other cases, after a space.

    A spelling is left out where it would count other words too: when it is split more finely than
    the option itself, or when two options share it.

    Raises:
        UsageError: fewer than two options, or options that begin alike.
    """
    if len(options) < 2 or not all(option.strip() for option in options):
        raise UsageError(f"expected two or more options that are not empty, got {list(options)}")
    own = {option: _first(tokenizer, option) for option in options}
    if len({token for token, _ in own.values()}) < len(options):
        raise UsageError(
            f"the options {list(options)} begin with the same token; word them so that their "
            "beginnings differ"
        )
    found: dict[str, set[int]] = {}
    for option in options:
        spellings = {option, option.lower(), option.upper(), option.capitalize()}
        firsts = [_first(tokenizer, gap + way) for way in spellings for gap in ("", " ")]
        found[option] = {token for token, length in firsts if length >= own[option][1]}
    return {
        option: {own[option][0]}
        | {t for t in tokens if not any(t in found[o] for o in options if o != option)}
        for option, tokens in found.items()
    }


def _first(tokenizer: Any, text: str) -> tuple[int, int]:
    """The first token that is not blank, and how many letters of the text it covers."""
    for token in tokenizer.encode(text, add_special_tokens=False):
        length = len(tokenizer.decode([token]).strip())
        if length:
            return int(token), length
    raise UsageError(f"the option {text!r} has no token of its own")


def _plain(text: str, controls: Sequence[str]) -> str:
    """Text in which control tokens are only letters.

    What a document or a user writes must not open a turn or stand for a picture: "<|im_end|>"
    becomes "< |im_end|>".
    """
    for control in controls:
        text = text.replace(control, f"{control[0]} {control[1:]}")
    return text


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The system message put before the first user turn, for templates that have no such role."""
    system, *rest = messages
    if not rest:
        return [Message(role="user", text=system.text, pictures=system.pictures)]
    first, *others = rest
    return [
        Message(
            role=first.role,
            text=f"{system.text}\n\n{first.text}",
            pictures=system.pictures + first.pictures,
        ),
        *others,
    ]


def _image_options(
    processor: Any, images: Sequence[Image], pixels: int, *, tiled: bool
) -> dict[str, Any]:
    """Settings that keep processors which cut pictures into tiles within the pixel budget.

    They enlarge every picture to a fixed longest edge first (Idefics3, SmolVLM), whatever its size.
    """
    tiling = getattr(processor, "image_processor", None)
    edge = (getattr(tiling, "size", None) or {}).get("longest_edge")
    tile = (getattr(tiling, "max_image_size", None) or {}).get("longest_edge")
    if not images or not edge or not tile:
        return {}
    if not tiled:
        return {"images_kwargs": {"do_image_splitting": False}}
    edges = [math.sqrt(pixels * max(i.size) / min(i.size)) for i in images]
    return {"images_kwargs": {"size": {"longest_edge": max(tile, min(edge, int(min(edges))))}}}


def _sampling(temperature: float) -> dict[str, Any]:
    """Settings for `generate`; with a temperature the maker's top_p and top_k apply."""
    # No penalty for repeating: an answer quotes the evidence that stands in the prompt.
    settings: dict[str, Any] = {"repetition_penalty": 1.0, "do_sample": temperature > 0}
    if temperature > 0:
        return settings | {"temperature": temperature}
    return settings | {"temperature": 1.0, "top_p": 1.0, "top_k": 50}  # unused, so nothing warns


def _free_memory() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
