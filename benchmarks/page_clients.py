"""Users of the chat page as plain HTTP clients: what Gradio's page does, without a browser."""

from __future__ import annotations

import asyncio
import io
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from PIL import Image

_TOKEN = re.compile(r"p\d+q\d+")
_LIVE = "lt-live"
"""What stands around the words of an answer that is being written."""


@dataclass
class QuestionTiming:
    """What one question brought to the page, and when.

    Attributes:
        token: the word it is known by.
        first: when the first words of the answer came, on the clock of `time.perf_counter`.
        seconds: until all was there.
        foreign_tokens: tokens of other users that came along.
        tail: the end of what came.
        error: why it failed, if it did.
    """

    token: str
    first: float = 0.0
    seconds: float = 0.0
    foreign_tokens: list[str] = field(default_factory=list)
    tail: str = ""
    error: str = ""


class PageClient:
    """One open page of one user.

    Args:
        client: keeps the cookie.
        name: of this page, as Gradio's makes one up.
    """

    def __init__(self, client: httpx.AsyncClient, name: str) -> None:
        self.client, self.name = client, name
        self._functions: dict[str, int] = {}
        self._values: dict[str, list[Any]] = {}

    async def load(self) -> None:
        """Load the page: a cookie, the numbers of its functions, and what they get untouched."""
        (await self.client.get("/")).raise_for_status()
        config = (await self.client.get("/config")).json()
        values = {c["id"]: c["props"].get("value") for c in config["components"]}
        for function in config["dependencies"]:
            self._functions[function["api_name"]] = function["id"]
            self._values[function["api_name"]] = [values.get(n) for n in function["inputs"]]

    async def upload(self, data: bytes, name: str = "a.png") -> dict[str, Any]:
        """Send a file; gives what stands for it in a question."""
        sent = await self.client.post("/gradio_api/upload", files={"files": (name, data)})
        sent.raise_for_status()
        return {"path": sent.json()[0], "orig_name": name, "meta": {"_type": "gradio.FileData"}}

    async def call(
        self, function: str, data: list[Any], follow: bool = True, **more: Any
    ) -> list[tuple[float, dict[str, Any]]]:
        """Do one thing and follow its stream: when each message came, and what it was.

        Args:
            function: what to do.
            data: what it gets.
            follow: to the end, or only until something has happened.
            **more: of the message to Gradio.
        """
        body = {
            "data": data,
            "fn_index": self._functions[function],
            "session_hash": self.name,
            **more,
        }
        joined = await self.client.post("/gradio_api/queue/join", json=body)
        joined.raise_for_status()
        url = f"/gradio_api/queue/data?session_hash={self.name}"
        messages: list[tuple[float, dict[str, Any]]] = []
        async with self.client.stream("GET", url, timeout=120) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    message = json.loads(line[5:])
                    messages.append((time.perf_counter(), message))
                    happened = message.get("msg")
                    if happened == "process_completed" or (
                        happened == "process_generating" and not follow
                    ):
                        break
        return messages

    async def ask(
        self, words: str, files: Sequence[dict[str, Any]] = (), follow: bool = True
    ) -> list[tuple[float, dict[str, Any]]]:
        """Ask and follow the answer, to the end or to its first sign."""
        _, session, *settings = self._values["ask"]
        question = {"text": words, "files": list(files)}
        return await self.call("ask", [question, session, *settings], follow)

    async def question(
        self, words: str, token: str, files: Sequence[dict[str, Any]]
    ) -> QuestionTiming:
        """Ask, and look at what comes."""
        timing = QuestionTiming(token)
        began = time.perf_counter()
        try:
            messages = await self.ask(f"{words} {token}", files)
            timing.seconds = time.perf_counter() - began
            await self.call("refresh", [None])  # as the page does
        except httpx.HTTPError as error:
            timing.error = repr(error)
            return timing
        texts = [json.dumps(message) for _, message in messages]
        timing.first = next(
            (at for (at, _), t in zip(messages, texts, strict=True) if _LIVE in t), 0.0
        )
        own = token.split("q")[0]
        everyone = {t for text in texts for t in _TOKEN.findall(text)}
        timing.foreign_tokens = sorted(t for t in everyone if t.split("q")[0] != own)
        timing.tail = " ".join(texts)[-20_000:]
        if not messages or not messages[-1][1].get("success"):
            timing.error = timing.tail[-500:] or "nothing came"
        return timing


def simulate_users(address: str, users: int, questions: int, words: str) -> list[QuestionTiming]:
    """All users at once, each with a picture and follow-ups in one chat."""
    return asyncio.run(ask_together(address, users, questions, words))


async def ask_together(
    address: str, users: int, questions: int, words: str
) -> list[QuestionTiming]:
    """As `simulate_users`, inside an event loop."""

    async def one(number: int) -> list[QuestionTiming]:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            user = PageClient(client, f"page{number}x")
            await user.load()
            file = io.BytesIO()
            Image.new("RGB", (300, 500), (number, 80, 90)).save(file, "PNG")
            files = [await user.upload(file.getvalue(), f"r{number}.png")]
            timings = []
            for n in range(questions):
                timings.append(
                    await user.question(words, f"p{number}q{n}", files if n == 0 else ())
                )
            return timings

    every = await asyncio.gather(*(one(number) for number in range(users)))
    return [timing for own in every for timing in own]
