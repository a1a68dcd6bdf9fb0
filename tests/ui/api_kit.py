"""A server on a real socket of this machine, in a thread of the test."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import openai
import uvicorn

KEY = "a-key-of-more-than-16-characters"


@contextmanager
def listening(app: Any, **how: Any) -> Iterator[str]:
    """The address of a server that runs this ASGI application until the end of the block.

    Args:
        app: the application.
        how: more for uvicorn's `Config`.
    """
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5, **how)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, name="test-server")
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        yield f"http://127.0.0.1:{place.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        place.close()
    assert not thread.is_alive()


def wait_until(true: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait for something another thread does; fails when it does not happen."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def client(address: str, key: str = KEY, **how: Any) -> openai.OpenAI:
    """The official client."""
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, **how)


def data_url(data: bytes) -> str:
    """A picture as clients send it."""
    return "data:image/png;base64," + base64.b64encode(data).decode()


def user(text: str, *pictures: bytes) -> Any:
    """A user's message."""
    images = [{"type": "image_url", "image_url": {"url": data_url(p)}} for p in pictures]
    return {"role": "user", "content": [{"type": "text", "text": text}, *images]}


def own_threads() -> list[str]:
    """Names of threads that belong to runs; those of a program, which other tests keep, are none."""
    names = ("looktwice-run", "looktwice-act", "tool-")
    return [t.name for t in threading.enumerate() if t.name.startswith(names)]
