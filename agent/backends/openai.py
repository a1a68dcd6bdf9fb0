"""Any OpenAI-compatible server: vLLM or SGLang over many GPUs, Ollama, llama.cpp."""

from __future__ import annotations

import json
import math
import weakref
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from ...control import Control
from ...errors import LooktwiceError, ModelError, OfflineError, UsageError
from .background import BackgroundLoop, Closed, Emit, Interrupted, Silent
from .base import Choice, JsonSchema, Message, OnToken, Reply
from .failures import Failures
from .http_client import HttpClient, StatusError
from .pictures import PAGE_PIXELS, PIXELS_A_TOKEN, SERVER_PIXELS, fitted, wanted_pixels
from .server import ServerFacts, add_props, add_show, base_url, facts, is_loopback, shown
from .validation import check_options, check_pictures

if TYPE_CHECKING:
    from ...media.store import Store

T = TypeVar("T")

_CHAT = "/chat/completions"
_TOP = 20  # the most alternatives that servers give for one token
_NO_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}
_TEMPLATED = ("vllm", "sglang", "llamacpp")  # these pass chat_template_kwargs to the template
_ENDS: dict[str, Literal["stop", "length"]] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "stop",
    "function_call": "stop",
}


class _Usage(NamedTuple):
    prompt: int
    completion: int


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
        timeout: seconds without a sign of life before a request is given up, retries included.
        retries: how often to try again when the server is busy or cannot be reached.
        offline: refuse addresses beyond this machine.
        picture_pixels: larger pictures are shrunk to this before they are sent.
        page_pixels: the same of pages of documents, where it is more.
        extra_body: further fields for every request.

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
    ) -> None:
        url = base_url(address)
        if offline and not is_loopback(url):
            raise OfflineError(
                f"{shown(url)} is not on this machine and LOOKTWICE_OFFLINE forbids the network; "
                "choose a local model or unset it"
            )
        self.address = shown(url)
        self._store = store
        self._timeout = timeout
        self.picture_pixels = picture_pixels
        self._page_pixels = page_pixels
        self._failures = Failures(self.address, model, api_key)
        self._has_logprobs = True
        self._client = HttpClient(url, api_key, timeout, retries)
        self._background = BackgroundLoop("looktwice-openai")
        self._end = weakref.finalize(self, self._background.close, self._client.close)
        try:
            known = self._run(lambda _: self._ask_server(model))
        except BaseException:
            self.close()
            raise
        self._failures.model = self.name = known.model
        self.sees_images = _first(sees_images, known.sees_images, True)
        self.context_tokens = _first(context_tokens, known.context_tokens, known.usual_context)
        self._extra = dict(_NO_THINKING if known.kind in _TEMPLATED else {}) | dict(
            extra_body or {}
        )

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
        estimated: one for each piece written, one for every four characters read.
        """
        check_pictures(messages, sees_images=self.sees_images, model=self.name)
        if control is not None and control.should_stop:
            return Reply(text="", finish="cancelled")
        pieces: list[str] = []

        def hear(piece: str) -> None:
            pieces.append(piece)
            if on_token is not None:
                on_token(piece)

        request = self._request(messages, max_tokens, temperature, schema)
        try:
            finish, usage = self._run(
                lambda emit: self._stream(request, emit), messages, hear, control
            )
        except Interrupted:
            finish, usage = "cancelled", None
        used = usage or _estimate(messages, len(pieces))
        return Reply(
            text="".join(pieces),
            prompt_tokens=used.prompt,
            completion_tokens=used.completion,
            finish=finish,
        )

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        control: Control | None = None,
    ) -> Choice:
        """Probability of each option; see `ChatModel.choose`.

        Read from the first token's 20 likeliest alternatives; an option that is not among them has
        probability 0. A server that gives no logprobs is made to write one of the options, which
        then has probability 1.
        """
        check_options(options)
        check_pictures(messages, sees_images=self.sees_images, model=self.name)
        if control is not None:
            control.check()
        try:
            if self._has_logprobs:
                choice = self._choose_by_logprobs(messages, options, control)
                if choice is not None:
                    return choice
                self._has_logprobs = False
            return self._choose_by_writing(messages, options, control)
        except Interrupted:
            if control is not None:
                control.check()
            raise

    def call(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Post to an endpoint that is the server's own, beyond the OpenAI interface.

        Args:
            path: from the server's root, with its query.
            body: sent as JSON.

        Raises:
            BadInput, ModelError: the server refused it, failed or is gone.
        """
        url = self._client.from_root(path)
        answer: Mapping[str, Any] = self._run(lambda _: self._json(self._client.post(url, body)))
        return answer

    def close(self) -> None:
        """Drop the connection; requests under way end with `ModelError`."""
        self._end()

    # -- requests

    def _request(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        temperature: float,
        schema: JsonSchema | None = None,
    ) -> dict[str, Any]:
        if max_tokens < 1:
            raise UsageError(f"max_tokens must be 1 or more, got {max_tokens}")
        request: dict[str, Any] = {
            "model": self.name,
            "messages": self._messages(messages),
            "max_tokens": max_tokens,
            "temperature": temperature,
            **self._extra,
        }
        if schema is not None:
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": schema, "strict": True},
            }
        return request

    def _messages(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """Messages as the server takes them, their pictures as large as fits together."""
        pictures = [picture for message in messages for picture in message.pictures]
        wanted = wanted_pixels(pictures, self.picture_pixels, self._page_pixels)
        pixels = iter(fitted(pictures, wanted, self.context_tokens, PIXELS_A_TOKEN))
        made: list[dict[str, Any]] = []
        for message in messages:
            content: Any = message.text
            if message.pictures:
                urls = [self._store.data_url(p, next(pixels)) for p in message.pictures]
                content = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
                content.append({"type": "text", "text": message.text})
            made.append({"role": message.role, "content": content})
        return made

    async def _stream(
        self, request: dict[str, Any], emit: Emit
    ) -> tuple[Literal["stop", "length"], _Usage | None]:
        finish: str | None = None
        usage: _Usage | None = None
        body = request | {"stream": True, "stream_options": {"include_usage": True}}
        async with aclosing(self._client.events(_CHAT, body)) as events:
            async for event in events:
                usage = _usage(event) or usage
                for part in event.get("choices") or ():
                    finish = part.get("finish_reason") or finish
                    if content := (part.get("delta") or {}).get("content"):
                        emit(content)
        if finish is None:
            raise self._failures.broken("the stream ended early")
        if finish not in _ENDS:
            raise ModelError(f"{self.address}: the server ended the reply with {finish!r}")
        return _ENDS[finish], usage

    def _choose_by_logprobs(
        self, messages: Sequence[Message], options: Sequence[str], control: Control | None
    ) -> Choice | None:
        """None where the server gives no logprobs."""
        request = self._request(messages, 1, 0.0) | {"logprobs": True, "top_logprobs": _TOP}

        async def ask(_: Emit) -> tuple[list[tuple[str, float]], _Usage | None] | None:
            try:
                completion = await self._json(self._client.post(_CHAT, request))
            except StatusError as error:
                if error.status in (400, 422) and "logprob" in str(error).lower():
                    return None
                raise
            top = _alternatives(completion)
            return None if top is None else (top, _usage(completion))

        answer = self._run(ask, messages, control=control)
        if answer is None:
            return None
        top, usage = answer
        used = usage or _estimate(messages, 1)
        return score(top, options, self.name, used.prompt, used.completion)

    def _choose_by_writing(
        self, messages: Sequence[Message], options: Sequence[str], control: Control | None
    ) -> Choice:
        schema: JsonSchema = {
            "type": "object",
            "properties": {"answer": {"type": "string", "enum": list(options)}},
            "required": ["answer"],
            "additionalProperties": False,
        }
        request = self._request(messages, 64, 0.0, schema)

        pieces: list[str] = []
        _, usage = self._run(
            lambda emit: self._stream(request, emit), messages, pieces.append, control
        )
        used = usage or _estimate(messages, len(pieces))
        chosen = _answer("".join(pieces), options)
        if chosen is None:
            raise ModelError(
                f"{self.name}: wrote none of {list(options)}: {''.join(pieces)[:80]!r}"
            )
        return Choice(
            probabilities={option: float(option == chosen) for option in options},
            prompt_tokens=used.prompt,
            completion_tokens=used.completion,
        )

    async def _ask_server(self, wanted: str) -> ServerFacts:
        try:
            listing = await self._json(self._client.get("/models"))
        except StatusError as error:
            if error.status != 404:
                raise
            listing = {}  # some servers list nothing; the name must then be given
        known = facts(listing, wanted)
        if not known.model:
            raise ModelError(f"{self.address}: the server lists no model; set LOOKTWICE_MODEL_NAME")
        if wanted and known.models and wanted not in known.models and known.kind != "llamacpp":
            raise ModelError(
                f"{self.address}: no model {wanted!r}; the server lists {', '.join(known.models)}"
            )
        try:
            if known.kind == "llamacpp":
                props = self._client.get(self._client.from_root("props"))
                known = add_props(known, await self._json(props))
            elif known.kind == "ollama":
                body = {"model": known.model}
                show = self._client.post(self._client.from_root("api/show"), body)
                known = add_show(known, await self._json(show))
        except StatusError:
            pass  # an extra that a proxy may hide
        return known

    async def _json(self, request: Awaitable[object]) -> Mapping[str, Any]:
        answer = await request
        if not isinstance(answer, Mapping):
            raise self._failures.broken(f"expected a JSON object, got {str(answer)[:80]!r}")
        return answer

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
            return self._background.run(
                work,
                on_item=None if on_item is None else hear,
                control=control,
                silence=self._timeout,
            )
        except (Interrupted, LooktwiceError):
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


def score(
    top: Sequence[tuple[str, float]],
    options: Sequence[str],
    model: str,
    prompt_tokens: int = 0,
    completion_tokens: int = 1,
) -> Choice:
    """Share the first token's alternatives out among the options that begin with them.

    Case, spaces and quotation marks around a token do not count: " Yes" and "yes" both speak for
    the option "yes", as does "y".

    Args:
        top: tokens and their (natural) log probabilities.
        options: what the reply may begin with.
        model: its name, for messages.
        prompt_tokens, completion_tokens: put into the result.

    Raises:
        UsageError: most of what fits an option fits two.
        ModelError: nothing fits any option.
    """
    plain = {option: option.strip().casefold() for option in options}
    found = dict.fromkeys(options, 0.0)
    shared = 0.0
    for token, logprob in top:
        start = token.strip(" \t\r\n\u2581\u0120\"'`*.,:;!([").casefold()
        fits = [option for option, text in plain.items() if start and text.startswith(start)]
        if len(fits) == 1:
            found[fits[0]] += math.exp(logprob)
        elif fits:
            shared += math.exp(logprob)
    mass = sum(found.values())
    if shared > mass:
        raise UsageError(f"options begin with the same token for {model}: {list(options)!r}")
    if mass <= 0:
        likely = ", ".join(repr(token) for token, _ in top[:3])
        raise ModelError(f"{model}: would begin with {likely}, with none of {list(options)!r}")
    return Choice(
        probabilities={option: value / mass for option, value in found.items()},
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        mass=min(1.0, mass),
    )


def _alternatives(completion: Mapping[str, Any]) -> list[tuple[str, float]] | None:
    """The first token's alternatives, or None where the server gave none."""
    choices = completion.get("choices")
    content = choices and (choices[0].get("logprobs") or {}).get("content")
    if not content:
        return None
    first = content[0]
    top = [(each["token"], each["logprob"]) for each in first.get("top_logprobs") or ()]
    return top or [(first["token"], first["logprob"])]


def _answer(text: str, options: Sequence[str]) -> str | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    given = value.get("answer") if isinstance(value, dict) else None
    return given if given in options else None


def _usage(answer: Mapping[str, Any]) -> _Usage | None:
    usage = answer.get("usage")
    if not usage:
        return None
    return _Usage(usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0)


def _estimate(messages: Sequence[Message], pieces: int) -> _Usage:
    return _Usage(sum(len(m.text) for m in messages) // 4, pieces)


def _first(*values: T | None) -> T:
    return next(value for value in values if value is not None)
