"""The states of a chat model behind an OpenAI-compatible `/v1/embeddings`.

Texts go as `input`, which every server takes (vLLM, SGLang, llama.cpp, Ollama); pictures as `messages`,
which vLLM does.
"""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
from PIL import Image

from ....errors import ModelError
from ....weights.addresses import base_url, is_loopback, shown
from ..runtime import Once, Vectors
from .embedder import ShownPrompt

__all__ = ["ServerReader"]

_BATCH = 16
"""Texts in one request."""
_AT_ONCE = 8
"""Requests on their way where each holds one prompt; the server batches them."""
_REMEDY = (
    "a server makes vectors of a chat model when it is told to: llama-server --embeddings --pooling "
    "last, vllm serve MODEL --runner pooling --convert embed, sglang with --is-embedding; Ollama does "
    "by itself"
)


class ServerReader:
    """Reads prompts with a model at a server; nothing is asked before the first one.

    Args:
        address: as people write it.
        model: the name to ask for; "" takes the first one listed.
        api_key: sent as a bearer token; "" for none.
        timeout: seconds that one request may take.
        pictures: whether prompts may hold pictures; all of them then go as messages.
    """

    def __init__(
        self, address: str, model: str, api_key: str, timeout: float, pictures: bool = False
    ) -> None:
        self._url, self._pictures = base_url(address), pictures
        local = is_loopback(self._url)
        self._open = Once(
            lambda: httpx.Client(
                headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
                timeout=timeout,
                trust_env=not local,  # no proxy on the way to this machine
                follow_redirects=not local,  # and none away from it
            )
        )
        self._model = Once(lambda: model or self._first_listed())
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        """The model's; its server is asked where no name was given."""
        return f"{self._model()} at a server"

    def read(self, prompts: Sequence[ShownPrompt]) -> Vectors:
        """What the server makes of each prompt, `[prompts, width]`.

        Raises:
            ModelError: it cannot be reached, refuses, or answers nonsense.
        """
        with self._turn:  # so many requests at once, whoever asks
            if not self._pictures:
                batches = [prompts[at : at + _BATCH] for at in range(0, len(prompts), _BATCH)]
                return np.concatenate([self._texts(batch) for batch in batches])
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                return np.concatenate(list(pool.map(self._message, prompts)))

    def _texts(self, prompts: Sequence[ShownPrompt]) -> Vectors:
        return self._embed({"input": [prompt.words for prompt in prompts]}, len(prompts))

    def _message(self, prompt: ShownPrompt) -> Vectors:
        content: list[dict[str, Any]] = [{"type": "text", "text": prompt.words}]
        if prompt.picture is not None:
            address = {"url": _as_address(prompt.picture)}
            content.insert(0, {"type": "image_url", "image_url": address})
        return self._embed({"messages": [{"role": "user", "content": content}]}, 1)

    def _embed(self, body: Mapping[str, Any], count: int) -> Vectors:
        told = {"model": self._model(), "encoding_format": "float", **body}
        answer = self._ask(lambda http: http.post(f"{self._url}/embeddings", json=told))
        try:
            data = sorted(answer["data"], key=lambda one: one["index"])
            rows = np.array([one["embedding"] for one in data], np.float32)
        except (KeyError, TypeError, ValueError):
            raise ModelError(f"{shown(self._url)} gave no vectors for texts; {_REMEDY}") from None
        if rows.ndim != 2 or len(rows) != count or not np.isfinite(rows).all():
            raise ModelError(f"{shown(self._url)} gave no vector for each text; {_REMEDY}")
        return rows

    def _first_listed(self) -> str:
        listing = self._ask(lambda http: http.get(f"{self._url}/models"))
        try:
            return str(listing["data"][0]["id"])
        except (KeyError, IndexError, TypeError):
            raise ModelError(f"{shown(self._url)} lists no model") from None

    def _ask(self, send: Callable[[httpx.Client], httpx.Response]) -> Any:
        """The answer, decoded."""
        try:
            response = send(self._open())
        except httpx.HTTPError as error:
            raise ModelError(f"{shown(self._url)} cannot be reached: {error!r}") from error
        if response.is_success:
            try:
                return response.json()
            except ValueError:
                raise ModelError(f"{shown(self._url)} did not answer in JSON") from None
        said = response.text[:200].strip()
        raise ModelError(
            f"{shown(self._url)} refused (HTTP {response.status_code}): {said}; {_REMEDY}"
        )


def _as_address(image: Image.Image) -> str:
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return "data:image/png;base64," + base64.b64encode(packed.getvalue()).decode()
