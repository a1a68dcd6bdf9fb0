"""A chat model that says what it was told to: for tests, of this program and of yours."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ...control import Control
from ...errors import ModelError
from .base import Choice, JsonSchema, Message, OnToken, Reply
from .validation import check_options, check_pictures

Script = Callable[[Sequence[Message], JsonSchema | None], "str | dict[str, Any]"]
ScriptedReply = str | dict[str, Any] | Exception | Script
ChoiceScript = Callable[[Sequence[Message], Sequence[str]], dict[str, float]]
ScriptedChoice = dict[str, float] | Exception

_PIECE = 4  # characters handed to on_token at a time
_WORD = re.compile(r"\S+")


class Call(NamedTuple):
    """One request the model received; `schema` for generate, `options` for choose."""

    messages: tuple[Message, ...]
    schema: JsonSchema | None = None
    options: tuple[str, ...] = ()


class ScriptedModel:
    """Replies from a list, in order, or from a function; counts words as tokens.

    Args:
        replies: texts, JSON values (dict), exceptions to raise, functions of (messages, schema);
            or one function that answers every call.
        choices: the same for `choose`: probabilities by option (an option left out has none), or
            one function of (messages, options).
        delay: seconds before each piece of text, to play a slow model.

    Attributes:
        calls: every request to generate and choose, in the order they came.
    """

    def __init__(
        self,
        replies: Sequence[ScriptedReply] | Script = (),
        *,
        choices: Sequence[ScriptedChoice] | ChoiceScript | None = None,
        sees_images: bool = False,
        context_tokens: int = 32_768,
        delay: float = 0.0,
        name: str = "scripted",
    ) -> None:
        if isinstance(replies, str):
            raise TypeError("expected a list of replies or a function, got one text")
        self.name = name
        self.sees_images = sees_images
        self.context_tokens = context_tokens
        self.calls: list[Call] = []
        self._delay = delay
        self._lock = threading.Lock()
        self._replies = replies if callable(replies) else iter(list(replies))
        self._choices = choices if callable(choices) else iter(list(choices or ()))

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
        """The next reply of the script; see `ChatModel.generate`."""
        check_pictures(messages, sees_images=self.sees_images, model=self.name)
        with self._lock:
            self.calls.append(Call(tuple(messages), schema=schema))
            reply = self._replies if callable(self._replies) else self._next(self._replies)
        if callable(reply):
            reply = reply(messages, schema)
        if isinstance(reply, Exception):
            raise reply
        text = reply if isinstance(reply, str) else json.dumps(reply, ensure_ascii=False)
        return self._stream(messages, text, max_tokens, on_token, control)

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        control: Control | None = None,
    ) -> Choice:
        """The next choice of the script; see `ChatModel.choose`."""
        check_options(options)
        check_pictures(messages, sees_images=self.sees_images, model=self.name)
        if control is not None:
            control.check()
        with self._lock:
            self.calls.append(Call(tuple(messages), options=tuple(options)))
            given = self._choices if callable(self._choices) else self._next(self._choices)
        if callable(given):
            given = given(messages, options)
        if isinstance(given, Exception):
            raise given
        raw = {option: given.get(option, 0.0) for option in options}
        mass = sum(raw.values())
        if mass <= 0:
            raise ModelError(f"{self.name}: the script gives none of {list(options)} a probability")
        return Choice(
            probabilities={option: value / mass for option, value in raw.items()},
            prompt_tokens=_count(messages),
            completion_tokens=1,
            mass=min(1.0, mass),
        )

    def close(self) -> None:
        """Nothing to give back."""

    def _next(self, script: Iterator[Any]) -> Any:
        try:
            return next(script)
        except StopIteration:
            raise ModelError(
                f"{self.name}: the script ran out at call {len(self.calls)}; give it more replies"
            ) from None

    def _stream(
        self,
        messages: Sequence[Message],
        text: str,
        max_tokens: int,
        on_token: OnToken | None,
        control: Control | None,
    ) -> Reply:
        words = list(_WORD.finditer(text))
        cut = len(words) > max_tokens
        whole = text[: words[max_tokens - 1].end() if max_tokens > 0 else 0] if cut else text
        said = ""
        stopped = control is not None and control.should_stop
        while not stopped and len(said) < len(whole):
            if self._delay:
                time.sleep(self._delay)
            piece = whole[len(said) : len(said) + _PIECE]
            said += piece
            if on_token is not None:
                on_token(piece)
            stopped = control is not None and control.should_stop and len(said) < len(whole)
        return Reply(
            text=said,
            prompt_tokens=_count(messages),
            completion_tokens=len(_WORD.findall(said)),
            finish="cancelled" if stopped else "length" if cut else "stop",
        )


def _count(messages: Sequence[Message]) -> int:
    return sum(len(_WORD.findall(message.text)) for message in messages)
