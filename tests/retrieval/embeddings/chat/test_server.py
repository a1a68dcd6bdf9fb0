"""States of a chat model at a server on this machine that speaks as vLLM, SGLang and llama.cpp do."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from looktwice.errors import ModelError
from looktwice.retrieval.embeddings.chat.embedder import ChatPictures, ChatTexts, ShownPrompt
from looktwice.retrieval.embeddings.chat.server import ServerReader
from PIL import Image


class Vectors(BaseHTTPRequestHandler):
    """Gives each text the vector [its length, 1], in no order; remembers what it was asked."""

    asked: list[dict[str, Any]] = []
    answer: tuple[int, bytes] | None = None

    def do_GET(self) -> None:
        self._say(200, json.dumps({"data": [{"id": "served"}]}).encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        type(self).asked.append({**body, "path": self.path, "key": self.headers["authorization"]})
        texts = body.get("input") or [body["messages"][0]["content"][-1]["text"]]
        data = [{"index": n, "embedding": [len(t), 1]} for n, t in enumerate(texts)][::-1]
        self._say(*(self.answer or (200, json.dumps({"data": data}).encode())))

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(answer: tuple[int, bytes] | None = None) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    handler: Any = type("Handler", (Vectors,), {"asked": [], "answer": answer})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", handler.asked
        finally:
            server.shutdown()


def test_texts_go_together_and_come_back_in_their_order() -> None:
    with serving() as (address, asked):
        reader = ServerReader(address, "", "secret", 10)
        rows = reader.read([ShownPrompt("a" * n) for n in range(1, 20)])
        assert rows.tolist() == [[n, 1] for n in range(1, 20)]
        assert [len(one["input"]) for one in asked] == [16, 3]
        assert asked[0]["path"] == "/v1/embeddings"
        assert (asked[0]["model"], asked[0]["key"]) == ("served", "Bearer secret")
        assert ChatTexts(reader).name.startswith("served at a server, ")


def test_pictures_go_as_messages_and_their_words_too() -> None:
    with serving() as (address, asked):
        pictures = ChatPictures(ServerReader(f"{address}/v1", "mine", "", 10, pictures=True))
        assert pictures.embed([Image.new("RGB", (40, 30), "red")] * 2).shape == (2, 2)
        assert pictures.embed_words(["a dog"]).shape == (1, 2)
        shown = [one["messages"][0]["content"][0] for one in asked]
        (address, _) = [s["image_url"]["url"] for s in shown if s["type"] == "image_url"]
        image = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
        assert (image.size, image.getpixel((0, 0))) == ((40, 30), (255, 0, 0))
        assert not any("input" in one for one in asked)
        assert {(one["model"], one["key"]) for one in asked} == {("mine", None)}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((501, b'{"error": "Start it with --embeddings"}'), r"HTTP 501.*--pooling last"),
        ((200, b"<html>"), "not answer in JSON"),
        ((200, b"[]"), "gave no vectors"),
        ((200, b'{"data": [{"index": 0, "embedding": [NaN]}]}'), "no vector for each text"),
        ((200, b'{"data": [{"index": 0, "embedding": [[1], [2]]}]}'), "no vector for each text"),
        ((200, b'{"data": []}'), "no vector for each text"),
    ],
)
def test_a_server_that_gives_no_vectors_is_told_of(answer: tuple[int, bytes], told: str) -> None:
    with serving(answer) as (address, _), pytest.raises(ModelError, match=told):
        ServerReader(address, "mine", "", 10).read([ShownPrompt("a")])


def test_nobody_there_is_told_of() -> None:
    with serving() as (address, _):
        pass
    with pytest.raises(ModelError, match="cannot be reached"):
        ServerReader(address.replace("http://", "http://me:secret@"), "m", "", 5).read(
            [ShownPrompt("a")]
        )


def test_rows_are_the_embedders() -> None:
    with serving() as (address, _):
        rows = ChatTexts(ServerReader(address, "mine", "", 10)).embed(["short", "a longer one"])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
