"""Events on their way to a caller who may hang up: as server-sent events, or awaited."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

T = TypeVar("T")


def server_sent(chunk: dict[str, Any]) -> str:
    """A chunk as one server-sent event."""
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


class EventStreamResponse(StreamingResponse):
    """Closes what it streams, also when the caller left in the middle of a chunk."""

    def __init__(self, chunks: AsyncGenerator[str], media_type: str = "text/event-stream") -> None:
        super().__init__(chunks, media_type=media_type, headers={"cache-control": "no-store"})
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._chunks):
            await super().__call__(scope, receive, send)


async def until_disconnect(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of `work`, which is cancelled when the caller hangs up; then None."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnect(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        leaving.cancel()
        working.cancel()


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def with_silences(events: AsyncGenerator[T], seconds: float) -> AsyncGenerator[T | None]:
    """The events, and None whenever nothing happened for so long."""
    async with aclosing(events):
        following: asyncio.Future[T] | None = None
        try:
            while True:
                following = following or asyncio.ensure_future(anext(events))
                done, _ = await asyncio.wait({following}, timeout=seconds)
                if not done:
                    yield None
                    continue
                try:
                    event = following.result()
                except StopAsyncIteration:
                    return
                following = None
                yield event
        finally:
            if following is not None:
                following.cancel()
                await asyncio.wait({following})
                if not following.cancelled():
                    following.exception()  # nobody asks for it any more, and asyncio would complain
