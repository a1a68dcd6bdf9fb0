"""An OpenAI-compatible server for tests: says what it is told to and can fail in many ways."""

from __future__ import annotations

import json
import math
import re
import select
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

MODEL = "fake-model"
_OWN = "/api/chat"
"""Ollama's own interface: `always` is asked as by OpenAI's, the answer has Ollama's shape."""


@dataclass
class Turn:
    """One answer to a chat request.

    Attributes:
        status: an HTTP error instead of a reply, unless 200.
        raw: bytes sent as the whole body.
        logprobs: the first token's alternatives, as probabilities; None gives none.
        pieces: how the text is cut; by default word by word.
        hold: waited for before piece number `hold_at` (0: before the headers, even).
        drop_at: the connection is cut before this piece.
        truncate: the stream ends in order, but without a finish reason and [DONE].
        error_at: an error event comes instead of this piece.
        thought: given as reasoning, apart from the text and before it.
        counted: what the server says of its tokens, instead of what it counts.
    """

    text: str = "Hello there, friend."
    status: int = 200
    message: str = "it failed"
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    logprobs: dict[str, float] | None = None
    pieces: list[str] | None = None
    usage: bool = True
    finish: str = "stop"
    hold: threading.Event | None = None
    hold_at: int = 0
    drop_at: int | None = None
    truncate: bool = False
    error_at: int | None = None
    thought: str = ""
    counted: dict[str, Any] | None = None


@dataclass
class Request:
    """What came in; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class FakeServer:
    """Serves `turns` in order, then `always`.

    Attributes:
        requests: all that came, of every kind; `chats` only the chat requests.
        listing: the answer to GET /v1/models.
        extra: answers to other paths.
        gone: set when a client hung up on a reply under way.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.turns: list[Turn] = []
        self.always: Turn | Callable[[dict[str, Any]], Turn] = Turn()
        self.listing: Any = {"object": "list", "data": [{"id": MODEL, "owned_by": "tests"}]}
        self.extra: dict[str, Any] = {}
        self.gone = threading.Event()
        self.arrived = threading.Event()
        self.lock = threading.Lock()
        self._http = _Quiet(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def chats(self) -> list[Request]:
        return [r for r in self.requests if r.path in ("/v1/chat/completions", _OWN)]

    def says(self, text: str = "", **how: Any) -> Self:
        """Add a turn."""
        self.turns.append(Turn(text, **how) if text else Turn(**how))
        return self

    def next(self, body: dict[str, Any]) -> Turn:
        with self.lock:
            if self.turns:
                return self.turns.pop(0)
        return self.always(body) if callable(self.always) else self.always


class _Quiet(ThreadingHTTPServer):
    """A client that hangs up between two requests is told to nobody: stderr is the next test's by then."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._note({})
            if self.path == "/v1/models":
                self._answer(200, server.listing)
            elif self.path in server.extra:
                self._answer(200, server.extra[self.path])
            else:
                self._answer(404, {"error": {"message": f"no {self.path}"}})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._note(body)
            if self.path in server.extra:
                self._answer(200, server.extra[self.path])
                return
            own = self.path == _OWN
            body = _as_openai(body) if own else body
            turn = server.next(body)
            server.arrived.set()
            try:
                if turn.hold is not None and turn.hold_at == 0:
                    self._wait(turn.hold)
                (self._own_chat if own else self._chat)(turn, body)
            except (BrokenPipeError, ConnectionResetError):
                server.gone.set()
                self.close_connection = True

        def _note(self, body: dict[str, Any]) -> None:
            with server.lock:
                server.requests.append(
                    Request(
                        self.command,
                        self.path,
                        {name.lower(): text for name, text in self.headers.items()},
                        body,
                    )
                )

        def _wait(self, event: threading.Event) -> None:
            """Until the event is set, or the client hangs up."""
            while not event.wait(0.01):
                readable, _, _ = select.select([self.connection], [], [], 0)
                if readable and not self.connection.recv(1, socket.MSG_PEEK):
                    raise ConnectionResetError

        def _answer(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, text in (headers or {}).items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(data)

        def _chat(self, turn: Turn, body: dict[str, Any]) -> None:
            if turn.status != 200:
                error = {"message": turn.message, "code": turn.code, "type": "error"}
                self._answer(turn.status, {"error": error}, turn.headers)
            elif body.get("stream"):
                self._stream(turn, body)
            else:
                self._answer(200, turn.raw if turn.raw is not None else _whole(turn, body))

        def _own_chat(self, turn: Turn, body: dict[str, Any]) -> None:
            if turn.status != 200:
                self._answer(turn.status, {"error": turn.message})
                return
            pieces, finish = _cut(turn, body)
            last = {"message": {"role": "assistant", "content": ""}, "done": True}
            read = (turn.counted or _usage(body, 0))["prompt_tokens"]
            last |= {"done_reason": finish, "prompt_eval_count": read, "eval_count": len(pieces)}
            top = [{"token": t, "logprob": math.log(p)} for t, p in (turn.logprobs or {}).items()]
            more = {"logprobs": [{**top[0], "top_logprobs": top}]} if top else {}
            if not body["stream"]:
                self._answer(200, {**last, **more, "message": {"content": "".join(pieces)}})
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number, piece in enumerate(pieces):
                if number == turn.hold_at and number > 0 and turn.hold is not None:
                    self._wait(turn.hold)
                said = {"message": {"role": "assistant", "content": piece}, "done": False}
                self._chunk(f"{json.dumps(said)}\n".encode())
            self._chunk(f"{json.dumps(last)}\n".encode())
            self._chunk(b"")

        def _stream(self, turn: Turn, body: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            if turn.raw is not None:
                self._chunk(turn.raw)
                self._chunk(b"")
                return
            pieces, finish = _cut(turn, body)
            for word in turn.thought.split():
                self._event(_event({"reasoning_content": f"{word} "}))
            for number, piece in enumerate(pieces):
                if number == turn.hold_at and number > 0 and turn.hold is not None:
                    self._wait(turn.hold)
                if number == turn.drop_at:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                if number == turn.error_at:
                    self._event({"error": {"message": turn.message, "code": turn.code}})
                    self._chunk(b"")
                    return
                self._event(_event({"content": piece}))
            if not turn.truncate:
                self._event(_event({}, finish))
                if turn.usage and body.get("stream_options", {}).get("include_usage"):
                    self._event(
                        {**_event(None), "usage": turn.counted or _usage(body, len(pieces))}
                    )
                self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")

        def _event(self, value: Any) -> None:
            self._chunk(f"data: {json.dumps(value)}\n\n".encode())

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

    return Handler


def _as_openai(body: dict[str, Any]) -> dict[str, Any]:
    """A request to Ollama's own interface as OpenAI's would say it."""
    schema = body.get("format")
    more = {"response_format": {"json_schema": {"schema": schema}}} if schema else {}
    return {**body, **more, "max_tokens": body["options"]["num_predict"]}


def _cut(turn: Turn, body: dict[str, Any]) -> tuple[list[str], str]:
    pieces = turn.pieces or re.findall(r"\s*\S+\s*$|\s*\S+", turn.text)
    limit = int(body["max_tokens"])
    return (pieces, turn.finish) if len(pieces) <= limit else (pieces[:limit], "length")


def _event(delta: dict[str, Any] | None, finish: str | None = None) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    kind = "chat.completion.chunk"
    return {"id": "c", "object": kind, "created": 0, "model": MODEL, "choices": choices}


def _usage(body: dict[str, Any], completion: int) -> dict[str, int]:
    prompt = len(json.dumps(body["messages"]).split())
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _whole(turn: Turn, body: dict[str, Any]) -> dict[str, Any]:
    pieces, finish = _cut(turn, body)
    choice: dict[str, Any] = {
        "index": 0,
        "message": {
            "role": "assistant",
            "content": "".join(pieces),
            "reasoning_content": turn.thought,
        },
        "finish_reason": finish,
    }
    if turn.logprobs is not None and body.get("logprobs"):
        top = [
            {"token": token, "logprob": math.log(p), "bytes": None}
            for token, p in turn.logprobs.items()
        ]
        choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
    answer = {"id": "c", "object": "chat.completion", "created": 0, "model": MODEL}
    return {**answer, "choices": [choice], "usage": turn.counted or _usage(body, len(pieces))}
