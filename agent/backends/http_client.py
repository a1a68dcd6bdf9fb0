"""HTTP to a model server: JSON, and replies as a stream of events.

A request is tried again while the server is busy or cannot be reached, but not once its reply has begun.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from typing import Any

import httpx

from ...control import Control
from ...weights.addresses import is_loopback

_CONNECT_SECONDS = 10.0
_BUSY = 429
_PASSING = (408, 409, 429)  # as is every 5xx: the same request may do a moment later
_FIRST_WAIT = 0.5  # seconds before the second try; doubled for each further one
_LONGEST_WAIT = 8.0
_LONGEST_ASKED = 60.0  # seconds; a server that asks for more is asked again sooner


_waiting: ContextVar[Control | None] = ContextVar("_waiting", default=None)


@contextmanager
def patient(control: Control | None) -> Iterator[None]:
    """Requests begun in here wait for a busy server without using up the run's time."""
    token = _waiting.set(control)
    try:
        yield
    finally:
        _waiting.reset(token)


def _queueing(waits: bool) -> AbstractContextManager[None]:
    control = _waiting.get()
    return control.waiting() if waits and control is not None else nullcontext()


class StatusError(Exception):
    """The server refused a request or failed at it.

    Attributes:
        body: what it said, decoded where it is JSON.
    """

    def __init__(self, status: int, body: object) -> None:
        super().__init__(_message(body) or f"HTTP {status}")
        self.status = status
        self.body = body


class StreamError(Exception):
    """The server told of an error in the middle of a reply."""


class Unreachable(Exception):
    """No answer has begun; says why."""


class TooSlow(Exception):
    """No answer has begun in time."""


class HttpClient:
    """Talks to one server; nothing of the environment is sent, and this machine is reached directly.

    Args:
        url: what paths are joined to, as `base_url` gives it.
        api_key: sent as a bearer token; "" for none.
        timeout: seconds that one read may take.
        retries: how often a request is tried again.
    """

    def __init__(self, url: str, api_key: str, timeout: float, retries: int) -> None:
        local = is_loopback(url)
        self.api_key = api_key
        self._retries = retries
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
            trust_env=not local,  # no proxy on the way to this machine
            follow_redirects=not local,  # and none away from it
        )

    def from_root(self, path: str) -> str:
        """The address of a path that does not lie under the base address."""
        return str(self._http.base_url.copy_with(path="/").join(path))

    async def get(self, path: str) -> object:
        """What the server says, decoded."""
        return _decoded(await self._whole("GET", path, None))

    async def post(self, path: str, body: Mapping[str, Any]) -> object:
        """What the server answers, decoded."""
        return _decoded(await self._whole("POST", path, body))

    async def events(
        self, path: str, body: Mapping[str, Any]
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        """The events of a streamed reply, decoded, until [DONE] or the end of the stream.

        Raises:
            StreamError: one of them is an error.
            ValueError: one of them is no JSON object.
        """
        response = await self._send("POST", path, body)
        try:
            async for data in _data_of(response):
                if data == "[DONE]":
                    return
                event = json.loads(data)
                if not isinstance(event, dict):
                    raise ValueError(f"expected a JSON object, got {data[:80]!r}")
                if event.get("error"):
                    raise StreamError(_message(event) or data)
                yield event
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Drop the connections."""
        await self._http.aclose()

    async def _whole(self, method: str, path: str, body: Mapping[str, Any] | None) -> str:
        response = await self._send(method, path, body)
        try:
            await response.aread()
            return response.text
        finally:
            await response.aclose()

    async def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Response:
        """The response once it begins; its body is still to be read."""
        for tried in range(self._retries + 1):
            last = tried == self._retries
            asked, busy = None, False
            try:
                request = self._http.build_request(method, path, json=body)
                response = await self._http.send(request, stream=True)
            except httpx.TimeoutException as error:
                if last:
                    raise TooSlow from error
            except (httpx.TransportError, httpx.TooManyRedirects) as error:
                if last:
                    raise Unreachable(str(error) or type(error).__name__) from error
            else:
                if response.is_success:
                    return response
                failure = await _failure(response)
                if last or not (failure.status in _PASSING or failure.status >= 500):
                    raise failure
                asked, busy = response.headers.get("retry-after"), failure.status == _BUSY
            with _queueing(asked is not None or busy):
                await asyncio.sleep(_wait(tried, asked))
        raise AssertionError("the last try returns or raises")


async def _failure(response: httpx.Response) -> StatusError:
    with suppress(httpx.TransportError):  # what it says is welcome, not needed
        await response.aread()
    await response.aclose()
    text = response.text if response.is_stream_consumed else ""
    try:
        return StatusError(response.status_code, json.loads(text))
    except ValueError:
        return StatusError(response.status_code, text)


def _wait(tried: int, asked: str | None) -> float:
    """Seconds before the next try: what the server asks for, or longer each time."""
    with suppress(TypeError, ValueError):
        if 0 <= (seconds := float(asked or "")) <= _LONGEST_ASKED:
            return seconds
    spread = 1 - random.random() / 4  # so that many clients do not come back at the same moment
    return min(_FIRST_WAIT * 2.0**tried, _LONGEST_WAIT) * spread


async def _data_of(response: httpx.Response) -> AsyncIterator[str]:
    """The data of each server-sent event; a line that is an object is one itself (Ollama)."""
    lines: list[str] = []
    async for line in response.aiter_lines():
        if line.startswith("data:"):
            lines.append(line.removeprefix("data:").removeprefix(" "))
        elif line.startswith("{"):
            yield line
        elif not line and lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _message(body: object) -> str:
    """What a server says went wrong, wherever it says it."""
    for key in ("error", "message", "detail"):
        if isinstance(body, Mapping) and body.get(key):
            return _message(body[key])
    return body if isinstance(body, str) else "" if body is None else json.dumps(body, default=str)
