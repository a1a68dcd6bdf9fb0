"""/v1/embeddings: texts as the vectors of the pack's text embedder."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from pydantic import BaseModel, ConfigDict

from ...agent.assistant import Assistant
from ..http.errors import RequestError
from .request import check_model

MODEL = "looktwice-embedding"
_MOST_TEXTS, _MOST_CHARACTERS = 2_048, 2_000_000


class EmbeddingsRequest(BaseModel):
    """A request; other fields have no effect."""

    model_config = ConfigDict(extra="allow")

    input: Any
    model: str = MODEL
    encoding_format: str | None = "float"

    def texts(self) -> list[str]:
        """What is to be embedded.

        Raises:
            RequestError: it is no text, or too much.
        """
        given = self.input if isinstance(self.input, list) else [self.input]
        if not given or not all(isinstance(text, str) and text for text in given):
            raise RequestError(
                "input: expected texts, not tokens (in LangChain: check_embedding_ctx_length=False)",
                param="input",
            )
        if len(given) > _MOST_TEXTS or sum(map(len, given)) > _MOST_CHARACTERS:
            raise RequestError(
                f"input: at most {_MOST_TEXTS:,} texts of {_MOST_CHARACTERS:,} characters together",
                param="input",
            )
        return given


class EmbeddingRoutes:
    """Embeds for callers, one request at a time: the embedder takes all cores."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._turn = asyncio.Lock()

    async def embed(self, body: EmbeddingsRequest) -> dict[str, Any]:
        """The vectors, in the order of the texts."""
        check_model(body.model, MODEL)
        texts = body.texts()
        async with self._turn:
            vectors = await asyncio.to_thread(self._assistant.embed, texts)
        spent = sum(len(text) for text in texts) // 4  # as good as any guess; nobody is charged
        data = [
            {"object": "embedding", "index": at, "embedding": _encoded(row, body.encoding_format)}
            for at, row in enumerate(vectors.astype("<f4"))
        ]
        usage = {"prompt_tokens": spent, "total_tokens": spent}
        return {"object": "list", "data": data, "model": MODEL, "usage": usage}


def _encoded(row: Any, form: str | None) -> str | list[float]:
    if form == "base64":
        return base64.b64encode(row.tobytes()).decode()
    return [float(value) for value in row]
