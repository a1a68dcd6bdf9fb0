"""Any OpenAI-compatible server: vLLM or SGLang over many GPUs, Ollama, llama.cpp."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from ...control import Control
from ...errors import LooktwiceError, ModelError, OfflineError, UsageError
from ...weights.addresses import base_url, is_loopback, shown
from .background import BackgroundLoop, Closed, Emit, Interrupted, Silent
from .base import Choice, JsonSchema, Message, OnToken, Reply, TokenChances
from .choosing import (
    LEAST_MASS,
    alternatives,
    begins_with_thought,
    chosen,
    one_of,
    score,
    thought_in,
    tokens_of,
)
from .failures import Failures
from .http_client import HttpClient, patient
from .pictures import PAGE_PIXELS, SERVER_PIXELS
from .probing import ask_server
from .refusals import Refused, noticed
from .requests import ChatRequests, EachRequest
from .server import ServerFacts
from .thoughts import ThoughtFilter
from .validation import check_options, check_pictures
from .wires import ChatWire, OllamaWire, OpenAIWire

if TYPE_CHECKING:
    from ...media.store import Store

T = TypeVar("T")

_TOP = 20  # the most alternatives that servers give for one token
_WITH_CHANCES = {"logprobs": True, "top_logprobs": _TOP}
_NO_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}
_TEMPLATED = ("vllm", "sglang", "llamacpp")  # these pass chat_template_kwargs to the template
_ENDS: dict[str, Literal["stop", "length"]] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "stop",
    "function_call": "stop",
}


_ROOM_TO_THINK = 4
"""How much longer a reply may be, once, for a model that did nothing but think."""
_LONG = 4_000
_MOST_LETTERS = 10
"""Letters of a prompt that one token stands for at most; with more, a server dropped some."""


class _Usage(NamedTuple):
    prompt: int
    completion: int
    cached: int = 0

    def fields(self) -> dict[str, int]:
        """As a reply or a choice names them."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "cached_tokens": self.cached,
        }


class _Ended(NamedTuple):
    """How a reply ended, what it took, and whether there were thoughts apart from it."""

    finish: Literal["stop", "length", "cancelled"]
    usage: _Usage | None
    thought: bool


class OpenAIModel:
    """A chat model behind an OpenAI-compatible address (`ChatModel`).

    The server is asked once, at the start, which model it runs, how much that can read and whether
    it sees pictures. Nothing is taken from OPENAI_* variables.

    Args:
        address: such as `http://host:8000/v1`; `host:8000` will do.
        model: the name to ask for; "" takes the first one the server lists.
        store: where the pictures of messages lie.
        sees_images, context_tokens: None asks the server; where it does not say, pictures are sent
            (a server of this kind usually runs a multimodal model) and 32,768 tokens are assumed.
            Ollama is told how much to read, and never less than 8,192 where the model can.
        timeout: seconds without a sign of life before a request is given up, retries included.
        retries: how often to try again when the server is busy or cannot be reached.
        offline: refuse addresses beyond this machine.
        picture_pixels: larger pictures are shrunk to this before they are sent.
        page_pixels: the same of pages of documents, where it is more.
        extra_body: further fields for every request.
        each_request: gives further fields for a request with these messages.

    Raises:
        OfflineError: the address is beyond this machine while offline.
        ModelError: the server cannot be reached or does not have the model.
        UsageError: the address is none.
    """

    def __init__(
        self,
        address: str,
        *,
        model: str = "",
        api_key: str = "",
        store: Store,
        sees_images: bool | None = None,
        context_tokens: int | None = None,
        timeout: float = 120.0,
        retries: int = 3,
        offline: bool = False,
        picture_pixels: int = SERVER_PIXELS,
        page_pixels: int = PAGE_PIXELS,
        extra_body: Mapping[str, Any] | None = None,
        each_request: EachRequest | None = None,
    ) -> None:
        url = base_url(address)
        if offline and not is_loopback(url):
            raise OfflineError(
                f"{shown(url)} is not on this machine and LOOKTWICE_OFFLINE forbids the network; "
                "choose a local model or unset it"
            )
        self.address = shown(url)
        self._timeout = timeout
        self.picture_pixels = picture_pixels
        self._failures = Failures(self.address, model, api_key)
        self._has_logprobs = True
        self._opens_thoughts = False
        self._client = HttpClient(url, api_key, timeout, retries)
        self._background = BackgroundLoop("looktwice-openai")
        self._end = weakref.finalize(self, self._background.close, self._client.close)
        try:
            known: ServerFacts = self._run(
                lambda _: ask_server(self._client, self._failures, model, context_tokens)
            )
        except BaseException:
            self.close()
            raise
        self._failures.model = self.name = known.model
        self.sees_images = _first(sees_images, known.sees_images, True)
        self._may_be_blind = sees_images is None
        self.context_tokens = _first(context_tokens, known.context_tokens, known.usual_context)
        self._wire: ChatWire = OpenAIWire(self._client)
        if known.own_interface:
            self.context_tokens = known.context_tokens or self.context_tokens
            self._wire = OllamaWire(self._client, self.context_tokens, thinks=known.thinks)
        extra = dict(_NO_THINKING if known.kind in _TEMPLATED else {}) | dict(extra_body or {})
        self._requests = ChatRequests(self, store, page_pixels, extra, self._failures, each_request)
        self._requests.silent = known.silent

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

        Token counts are the server's; where it gave none (or the reply was cancelled) they are
        estimated: one for each piece written, one for every four characters read. Thoughts are not
        part of the answer; a model that does nothing but think is given more room once.
        """
        check_pictures(messages, sees_images=self.sees_images, model=self.name)
        if max_tokens < 1:
            raise UsageError(f"max_tokens must be 1 or more, got {max_tokens}")
        if control is not None and control.should_stop:
            return Reply(text="", finish="cancelled")
        settings = (schema, temperature, on_token, control)
        reply, thought = self._reply(messages, max_tokens, *settings)
        if reply.text.strip() or not thought or reply.finish == "cancelled":
            return reply
        spent = reply.completion_tokens
        reply, _ = self._reply(messages, max_tokens * _ROOM_TO_THINK, *settings)
        if not reply.text.strip() and reply.finish != "cancelled":
            raise ModelError(
                f"{self.name} thought for {reply.completion_tokens} tokens and gave no answer; raise "
                "LOOKTWICE_LIMITS__ANSWER_TOKENS, switch its thinking off where it is served, or "
                "choose another model"
            )
        return reply.model_copy(update={"completion_tokens": spent + reply.completion_tokens})

    def generate_with_chances(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonSchema | None = None,
        max_tokens: int = 512,
        control: Control | None = None,
    ) -> tuple[Reply, tuple[TokenChances, ...]]:
        """The next turn and its tokens; see `TellsChances`."""
        if self._has_logprobs and not (control is not None and control.should_stop):
            check_pictures(messages, sees_images=self.sees_images, model=self.name)
            tokens: list[TokenChances] = []
            try:
                reply, _ = self._reply(messages, max_tokens, schema, 0.0, None, control, tokens)
                return reply, tuple(tokens)
            except Refused:
                self._has_logprobs = False
        reply = self.generate(messages, schema=schema, max_tokens=max_tokens, control=control)
        return reply, ()

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        control: Control | None = None,
    ) -> Choice:
        """Probability of each option; see `ChatModel.choose`.

        Read from the first token's 20 likeliest alternatives; an option that is not among them has
        probability 0. A server that gives no logprobs, and a model that would begin with something
        else (a thought, "Okay"), is made to write one of the options, which then has probability 1.
        """
        check_options(options)
        check_pictures(messages, sees_images=self.sees_images, model=self.name)
        if control is not None:
            control.check()
        try:
            choice = self._choose_by_logprobs(messages, options, control)
        except Interrupted:
            if control is not None:
                control.check()
            raise
        return choice or self._choose_by_writing(messages, options, control)

    def call(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Post to an endpoint that is the server's own, beyond the OpenAI interface.

        Args:
            path: from the server's root, with its query.
            body: sent as JSON.

        Raises:
            BadInput, ModelError: the server refused it, failed or is gone.
        """
        url = self._client.from_root(path)
        answer: Mapping[str, Any] = self._run(
            lambda _: self._failures.mapping(self._client.post(url, body))
        )
        return answer

    def close(self) -> None:
        """Drop the connection; requests under way end with `ModelError`."""
        self._end()

    # -- requests

    def _reply(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        schema: JsonSchema | None,
        temperature: float,
        on_token: OnToken | None,
        control: Control | None,
        tokens: list[TokenChances] | None = None,
    ) -> tuple[Reply, bool]:
        """What the server wrote, and whether there were thoughts; its tokens are put into a list."""
        pieces: list[str] = []
        count = 0

        def pass_on(piece: str) -> None:
            pieces.append(piece)
            if on_token is not None:
                on_token(piece)

        thoughts = ThoughtFilter(pass_on, opened=self._opens_thoughts and schema is None)

        def hear(piece: str) -> None:
            nonlocal count
            count += 1
            thoughts.feed(piece)

        def ask() -> _Ended:
            request = self._requests.body(messages, max_tokens, temperature, schema)
            if tokens is not None:
                tokens.clear()
                request |= _WITH_CHANCES
            ended: _Ended = self._run(
                lambda emit: self._stream(request, emit, tokens), messages, hear, control
            )
            thoughts.end()
            return ended

        try:
            ended = self._adapting(ask, messages)
        except Interrupted:
            thoughts.end()
            ended = _Ended("cancelled", None, False)
        text = "".join(pieces)
        if thoughts.unopened is not None:  # its template opens thoughts: known from now on
            self._opens_thoughts, text = schema is None, text[thoughts.unopened :]
        used = ended.usage or _estimate(messages, count)
        self._check_whole(messages, ended.usage)
        reply = Reply(
            text=text,
            prompt_tokens=used.prompt,
            completion_tokens=used.completion,
            cached_tokens=used.cached,
            finish=ended.finish,
        )
        return reply, ended.thought or thoughts.thought > 0 or thoughts.thinking

    def _adapting(self, ask: Callable[[], T], messages: Sequence[Message]) -> T:
        """Ask, and once more without what the server turns out not to know."""
        while True:
            try:
                return ask()
            except Refused as refused:
                if refused.what == "logprobs":
                    raise
                if refused.what == "pictures" and self._may_be_blind and self.sees_images:
                    self.sees_images = False
                elif refused.what == "schema" and self._requests.has_schemas:
                    self._requests.has_schemas = False
                else:
                    raise self._failures.translate(refused.error, messages) from None

    def _check_whole(self, messages: Sequence[Message], usage: _Usage | None) -> None:
        """Refuse a reply to less than what was sent.

        Raises:
            BadInput: the server read too few tokens for so many letters.
        """
        letters = sum(len(message.text) for message in messages)
        if usage is None or not self._requests.silent or letters < _LONG:
            return
        if letters > usage.prompt * _MOST_LETTERS:
            raise self._failures.too_long(f"it read {usage.prompt} tokens of {letters} letters")

    async def _stream(
        self, request: dict[str, Any], emit: Emit, tokens: list[TokenChances] | None
    ) -> _Ended:
        finish: str | None = None
        usage: _Usage | None = None
        thought = False
        with noticed(request):
            async with aclosing(self._wire.events(request)) as events:
                async for event in events:
                    usage = _usage(event) or usage
                    for part in event.get("choices") or ():
                        finish = part.get("finish_reason") or finish
                        if tokens is not None:
                            tokens += tokens_of(part)
                        delta = part.get("delta") or {}
                        if thought_in(delta):
                            thought = True
                            emit("")  # a sign of life
                        if content := delta.get("content"):
                            emit(content)
        if finish is None:
            raise self._failures.broken("the stream ended early")
        if finish not in _ENDS:
            raise ModelError(f"{self.address}: the server ended the reply with {finish!r}")
        return _Ended(_ENDS[finish], usage, thought)

    def _choose_by_logprobs(
        self, messages: Sequence[Message], options: Sequence[str], control: Control | None
    ) -> Choice | None:
        """None where the server gives no logprobs, or would not begin with an option."""
        if not self._has_logprobs:
            return None

        async def post(request: dict[str, Any]) -> Mapping[str, Any]:
            with noticed(request):
                return await self._failures.mapping(self._wire.whole(request))

        def ask() -> Mapping[str, Any]:
            request = self._requests.body(messages, 1)
            request |= _WITH_CHANCES
            completion: Mapping[str, Any] = self._run(
                lambda _: post(request), messages, control=control
            )
            return completion

        try:
            completion = self._adapting(ask, messages)
        except Refused:
            self._has_logprobs = False
            return None
        top = alternatives(completion)
        thinks = begins_with_thought(completion, top or ())
        if top is None or thinks:
            self._has_logprobs = False
            return None
        used = _usage(completion) or _estimate(messages, 1)
        self._check_whole(messages, _usage(completion))
        try:
            found = score(top, options, self.name)
        except ModelError:  # it would begin with none of them
            return None
        return found.model_copy(update=used.fields()) if found.mass >= LEAST_MASS else None

    def _choose_by_writing(
        self, messages: Sequence[Message], options: Sequence[str], control: Control | None
    ) -> Choice:
        reply = self.generate(messages, schema=one_of(options), max_tokens=64, control=control)
        if reply.finish == "cancelled" and control is not None:
            control.check()
        option = chosen(reply.text, options)
        if option is None:
            raise ModelError(f"{self.name}: wrote none of {list(options)}: {reply.text[:80]!r}")
        return Choice(
            probabilities={each: float(each == option) for each in options},
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.completion_tokens,
            cached_tokens=reply.cached_tokens,
        )

    def _run(
        self,
        work: Callable[[Emit], Any],
        messages: Sequence[Message] = (),
        on_item: Emit | None = None,
        control: Control | None = None,
    ) -> Any:
        """Run a request where it can be stopped; its failures come out as ours."""
        ours: list[BaseException] = []

        def hear(piece: str) -> None:
            try:
                assert on_item is not None
                on_item(piece)
            except BaseException as error:  # the caller's own: passed on as it is
                ours.append(error)
                raise

        try:
            with patient(control):
                return self._background.run(
                    work,
                    on_item=None if on_item is None else hear,
                    control=control,
                    silence=self._timeout,
                )
        except (Interrupted, LooktwiceError, Refused):
            raise
        except Silent:
            raise self._failures.silent(self._timeout) from None
        except Closed:
            raise self._failures.closed() from None
        except Exception as error:
            if error in ours:
                raise
            # "from None": the connection's exceptions may repeat what was sent
            raise self._failures.translate(error, messages) from None


def _usage(answer: Mapping[str, Any]) -> _Usage | None:
    usage = answer.get("usage")
    if not usage:
        return None
    details = usage.get("prompt_tokens_details") or {}
    return _Usage(
        usage.get("prompt_tokens") or 0,
        usage.get("completion_tokens") or 0,
        details.get("cached_tokens") or 0,
    )


def _estimate(messages: Sequence[Message], pieces: int) -> _Usage:
    return _Usage(sum(len(m.text) for m in messages) // 4, pieces)


def _first(*values: T | None) -> T:
    return next(value for value in values if value is not None)
