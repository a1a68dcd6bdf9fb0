"""A chat model that counts what it costs and refuses to go over the run's limits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ..control import Control
from ..errors import LooktwiceError
from ..schema import Picture, Usage
from ..settings import Limits
from ..tools.looking.regions import HeatMap
from .backends.base import (
    Attends,
    CallCost,
    ChatModel,
    Choice,
    JsonSchema,
    Message,
    OnToken,
    Reply,
    TellsChances,
    TokenChances,
)
from .backends.pictures import (
    LETTERS_A_TOKEN,
    PAGE_PIXELS,
    SERVER_PIXELS,
    tokens_of,
    wanted_pixels,
)

_AROUND_EVIDENCE = 1_400
"""Tokens of a prompt's rules, example, question and task, and of a short reply."""
_LEAST_EVIDENCE = 256
"""Tokens of evidence that are shown in any case."""


class BudgetSpent(LooktwiceError):
    """A limit on model calls, tokens or tool calls was reached; the run finishes with what it has."""


UNLIMITED = Limits(model_calls=1_000_000, tokens=10**12)
"""Of work that is bounded by what there is to do."""


class Meter:
    """Wraps the model for one run.

    Args:
        model: the model that does the work, shared between runs.
        limits: model_calls and tokens are enforced here.
        control: the run's stop button and clock.
    """

    def __init__(self, model: ChatModel, limits: Limits, control: Control) -> None:
        self._model, self._limits, self._control = model, limits, control
        self._lock = threading.Lock()
        self.calls = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.prefill_tokens = 0
        self.vision_passes = 0
        self._by_tools = 0
        self._charged = 0
        self._shown: set[str] = set()

    @property
    def sees_images(self) -> bool:
        return self._model.sees_images

    @property
    def context_tokens(self) -> int:
        return self._model.context_tokens

    @property
    def picture_pixels(self) -> int | None:
        """How many pixels of one picture it sees, where it says so."""
        return getattr(self._model, "picture_pixels", None)

    def room_for_evidence(self, pictures: Sequence[Picture] = ()) -> int:
        """Tokens that evidence may take, so that its prompt fits what the model can read.

        Args:
            pictures: that are shown with it; together they take half of the context at most.
        """
        context, shown = self.context_tokens, 0
        if self.sees_images and pictures:
            pixels = wanted_pixels(pictures, self.picture_pixels or SERVER_PIXELS, PAGE_PIXELS)
            shown = min(sum(map(tokens_of, pictures, pixels)), context // 2)
        room = context - shown - _AROUND_EVIDENCE
        return max(_LEAST_EVIDENCE, min(self._limits.evidence_tokens, room))

    def left(self) -> int:
        """How many calls are left."""
        return max(0, self._limits.model_calls - self.calls + self._by_tools)

    def can_call(self, times: int = 1) -> bool:
        """Whether that many calls are left."""
        return self.left() >= times

    def generate(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonSchema | None = None,
        max_tokens: int | None = None,
        on_token: OnToken | None = None,
        until: Callable[[], bool] | None = None,
    ) -> Reply:
        """As `ChatModel.generate`; raises BudgetSpent, Cancelled or DeadlinePassed as well.

        Args:
            until: asked after each piece; the reply ends where it says yes.
        """
        self._begin()
        control = self._control.part()

        def hear(piece: str) -> None:
            if on_token is not None:
                on_token(piece)
            if until is not None and until():
                control.cancel()

        reply = self._model.generate(
            messages,
            schema=schema,
            max_tokens=min(max_tokens or self._limits.answer_tokens, self._left()),
            on_token=hear if on_token or until else None,
            control=control,
        )
        self._add(reply, messages)
        reply = reply.model_copy(update={"text": whole(reply.text)})
        if reply.finish == "cancelled":
            self._control.check()
        return reply

    def generate_with_chances(
        self, messages: Sequence[Message], *, schema: JsonSchema, max_tokens: int
    ) -> tuple[Reply, tuple[TokenChances, ...]]:
        """A reply and what else might have stood in it; () for that where the model does not tell."""
        if not isinstance(self._model, TellsChances):
            return self.generate(messages, schema=schema, max_tokens=max_tokens), ()
        self._begin()
        reply, tokens = self._model.generate_with_chances(
            messages,
            schema=schema,
            max_tokens=min(max_tokens, self._left()),
            control=self._control.part(),
        )
        self._add(reply, messages)
        if reply.finish == "cancelled":
            self._control.check()
        return reply.model_copy(update={"text": whole(reply.text)}), tokens

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> Choice:
        """As `ChatModel.choose`; raises BudgetSpent, Cancelled or DeadlinePassed as well."""
        self._begin()
        choice = self._model.choose(messages, options, control=self._control)
        self._add(choice, messages)
        return choice

    def usage(self) -> Usage:
        """What was spent so far."""
        return Usage(
            model_calls=self.calls,
            prompt_tokens=self.prompt_tokens,
            prefill_tokens=self.prefill_tokens,
            completion_tokens=self.completion_tokens,
            vision_passes=self.vision_passes,
        )

    def include(self, usage: Usage) -> None:
        """Count what a tool spent on calls of its own, which has limits of its own."""
        with self._lock:
            self.calls += usage.model_calls
            self._by_tools += usage.model_calls
            self.prompt_tokens += usage.prompt_tokens
            self.completion_tokens += usage.completion_tokens
            self.prefill_tokens += usage.prefill_tokens
            self.vision_passes += usage.vision_passes

    def _left(self) -> int:
        return max(1, self._limits.tokens - self._charged)

    def _begin(self) -> None:
        self._control.check()
        with self._lock:
            if self.calls - self._by_tools >= self._limits.model_calls:
                raise BudgetSpent(f"the limit of {self._limits.model_calls} model calls")
            if self._charged >= self._limits.tokens:
                raise BudgetSpent(f"the limit of {self._limits.tokens} tokens")
            self.calls += 1

    def _add(self, cost: CallCost, messages: Sequence[Message]) -> None:
        """Count what a call took; against the limit, the tokens of a picture count once."""
        pictures = {p.sha256: p for message in messages for p in message.pictures}
        words = sum(len(message.text) for message in messages) // LETTERS_A_TOKEN
        with self._lock:
            again = [p for key, p in pictures.items() if key in self._shown]
            self._shown.update(pictures)
            pixels = wanted_pixels(again, self.picture_pixels or SERVER_PIXELS, PAGE_PIXELS)
            known = sum(map(tokens_of, again, pixels))
            new = max(cost.prompt_tokens - known, min(words, cost.prompt_tokens))
            self._charged += new + cost.completion_tokens
            self.prompt_tokens += cost.prompt_tokens
            self.completion_tokens += cost.completion_tokens
            self.prefill_tokens += cost.prompt_tokens - cost.cached_tokens
            self.vision_passes += cost.vision_passes


class AttentiveMeter(Meter):
    """For a model that shows where it looks; see `backends.base.Attends`."""

    def attention(self, messages: Sequence[Message], picture: Picture) -> HeatMap:
        """As `Attends.attention`; counts as one call."""
        self._begin()
        model: Attends = self._model  # type: ignore[assignment]  # `metered` looked
        return model.attention(messages, picture, control=self._control)


def metered(model: ChatModel, limits: Limits, control: Control) -> Meter:
    """A meter that can do what the model can."""
    kind = AttentiveMeter if isinstance(model, Attends) else Meter
    return kind(model, limits, control)


def whole(text: str) -> str:
    """The text without halves of surrogate pairs, which no file or socket could take."""
    return text.encode("utf-8", "replace").decode("utf-8")
