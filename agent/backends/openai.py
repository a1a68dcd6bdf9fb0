"""Any OpenAI-compatible server: vLLM or SGLang over many GPUs, Ollama, llama.cpp."""

from __future__ import annotations

import json
import math
import weakref
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from ...control import Control
from ...errors import LooktwiceError, ModelError, OfflineError, UsageError
from .background import BackgroundLoop, Closed, Emit, Interrupted, Silent
from .base import Choice, JsonSchema, Message, OnToken, Reply
from .failures import Failures
from .server import ServerFacts, add_props, add_show, base_url, facts, is_loopback, shown
from .validation import check_options, check_pictures

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from ...media.store import Store

T = TypeVar("T")

PICTURE_PIXELS = 1_500_000
"""A picture is sent with at most this many pixels, some 1,500 tokens for a Qwen3-VL."""

_CONNECT_SECONDS = 10.0
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
        picture_pixels: int = PICTURE_PIXELS,
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
        self._picture_pixels = picture_pixels
        self._failures = Failures(self.address, model, api_key)
        self._has_logprobs = True
        self._client = _client(url, api_key, timeout, retries)
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
        url = str(self._client.base_url.copy_with(path="/").join(path))
        answer: Mapping[str, Any] = self._run(
            lambda _: self._json(self._client.post(url, cast_to=object, body=body))
        )
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
            "messages": [self._message(m) for m in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "extra_body": self._extra or None,
        }
        if schema is not None:
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": schema, "strict": True},
            }
        return request

    def _message(self, message: Message) -> dict[str, Any]:
        if not message.pictures:
            return {"role": message.role, "content": message.text}
        urls = [self._store.data_url(p, max_pixels=self._picture_pixels) for p in message.pictures]
        parts: list[dict[str, Any]] = [
            {"type": "image_url", "image_url": {"url": url}} for url in urls
        ]
        return {"role": message.role, "content": [*parts, {"type": "text", "text": message.text}]}

    async def _stream(
        self, request: dict[str, Any], emit: Emit
    ) -> tuple[Literal["stop", "length"], _Usage | None]:
        finish: str | None = None
        usage: _Usage | None = None
        stream = await self._client.chat.completions.create(
            **request, stream=True, stream_options={"include_usage": True}
        )
        async with stream:
            async for chunk in stream:
                usage = _usage(chunk) or usage
                for part in getattr(chunk, "choices", None) or ():
                    finish = part.finish_reason or finish
                    if part.delta is not None and part.delta.content:
                        emit(part.delta.content)
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
            import openai

            try:
                completion = await self._client.chat.completions.create(**request)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if "logprob" in str(error).lower():
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
        import openai

        try:
            listing = await self._json(self._client.get("/models", cast_to=object))
        except openai.NotFoundError:
            listing = {}  # some servers list nothing; the name must then be given
        known = facts(listing, wanted)
        if not known.model:
            raise ModelError(f"{self.address}: the server lists no model; set LOOKTWICE_MODEL_NAME")
        if wanted and known.models and wanted not in known.models and known.kind != "llamacpp":
            raise ModelError(
                f"{self.address}: no model {wanted!r}; the server lists {', '.join(known.models)}"
            )
        root = self._client.base_url.copy_with(path="/")
        try:
            if known.kind == "llamacpp":
                props = self._client.get(str(root.join("props")), cast_to=object)
                known = add_props(known, await self._json(props))
            elif known.kind == "ollama":
                body = {"model": known.model}
                show = self._client.post(str(root.join("api/show")), cast_to=object, body=body)
                known = add_show(known, await self._json(show))
        except openai.APIStatusError:
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
            # "from None": the client's exceptions may repeat the request's headers
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


def _client(url: str, api_key: str, timeout: float, retries: int) -> AsyncOpenAI:
    """The official client, free of what the environment might put into it."""
    import openai

    local = is_loopback(url)
    key = api_key or "none"  # the client insists on one
    headers = {"Authorization": f"Bearer {key}"}
    limits = openai.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS))
    client = openai.AsyncOpenAI(
        api_key=key,
        base_url=url,
        default_headers=headers,
        timeout=limits,
        max_retries=retries,
        http_client=openai.DefaultAsyncHttpxClient(
            timeout=limits,
            trust_env=not local,  # no proxy on the way to this machine
            follow_redirects=not local,  # and none away from it
        ),
    )
    client.organization = None  # read from OPENAI_ORG_ID, OPENAI_PROJECT_ID ...
    client.project = None
    client._custom_headers = headers  # ... and OPENAI_CUSTOM_HEADERS
    return client


def _alternatives(completion: Any) -> list[tuple[str, float]] | None:
    """The first token's alternatives, or None where the server gave none."""
    choices = getattr(completion, "choices", None)
    content = choices and choices[0].logprobs and choices[0].logprobs.content
    if not content:
        return None
    first = content[0]
    top = [(t.token, t.logprob) for t in first.top_logprobs or ()]
    return top or [(first.token, first.logprob)]


def _answer(text: str, options: Sequence[str]) -> str | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    given = value.get("answer") if isinstance(value, dict) else None
    return given if given in options else None


def _usage(answer: Any) -> _Usage | None:
    usage = getattr(answer, "usage", None)
    if usage is None:
        return None
    return _Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0)


def _estimate(messages: Sequence[Message], pieces: int) -> _Usage:
    return _Usage(sum(len(m.text) for m in messages) // 4, pieces)


def _first(*values: T | None) -> T:
    return next(value for value in values if value is not None)
