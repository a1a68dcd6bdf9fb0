"""A program that takes the command line of vLLM or llama-server and answers as they do, for their tests."""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

LLAMA = "--alias" in sys.argv
KEY = os.environ.get("LLAMA_API_KEY" if LLAMA else "VLLM_API_KEY")
USAGE = {"prompt_tokens": 7, "completion_tokens": 1}


def option(name: str) -> str:
    return sys.argv[sys.argv.index(name) + 1]


class Handler(BaseHTTPRequestHandler):
    """Says what it was asked last; `die` ends it."""

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        model: dict[str, Any]
        if LLAMA:
            model = {"id": option("--alias"), "owned_by": "llamacpp"}
        else:
            length = int(option("--max-model-len"))
            name = option("--served-model-name")
            model = {"id": name, "owned_by": "vllm", "max_model_len": length}
        answers: dict[str, Any] = {"/health": {}, "/props": {}, "/v1/models": {"data": [model]}}
        self._send(200 if self.path in answers else 404, json.dumps(answers.get(self.path)))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {KEY}":
            self._send(401, json.dumps({"error": {"message": "wrong key"}}))
            return
        text = body["messages"][-1]["content"]
        if text == "die":
            print("CUDA error: an illegal memory access", flush=True)
            os._exit(3)
        if body.get("stream"):
            if "response_format" in body:
                text = json.dumps({"schema": body["response_format"]["json_schema"]["name"]})
            parts = [
                {"choices": [{"delta": {"content": text}, "finish_reason": "stop"}]},
                {"choices": [], "usage": USAGE},
            ]
            lines = [f"data: {json.dumps(part)}\n\n" for part in parts] + ["data: [DONE]\n\n"]
            self._send(200, "".join(lines), "text/event-stream")
            return
        top = [{"token": "yes", "logprob": -0.1}, {"token": "no", "logprob": -2.4}]
        content = [{**top[0], "top_logprobs": top}]
        choice = {"message": {"content": "yes"}, "logprobs": {"content": content}}
        self._send(200, json.dumps({"choices": [choice], "usage": USAGE}))

    def _send(self, status: int, text: str, kind: str = "application/json") -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    if "--list-devices" in sys.argv:
        print("Available devices:\n  Vulkan0: A card (RADV) (8176 MiB, 7700 MiB free)")
        sys.exit()
    if "broken" in Path(sys.argv[2]).name:
        sys.exit("ValueError: no room for the KV cache")
    print(
        json.dumps({"argv": sys.argv[1:], "offline": os.environ.get("HF_HUB_OFFLINE")}), flush=True
    )
    ThreadingHTTPServer(("127.0.0.1", int(option("--port"))), Handler).serve_forever()
