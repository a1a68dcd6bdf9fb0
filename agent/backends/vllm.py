"""A model for many users at once on a GPU: vLLM as a child process, spoken to as a server.

vLLM batches what is asked side by side and keeps what it computed of the beginnings of prompts and of
pictures, so the checks of a question cost little beside its draft.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...closing import Closing
from ...control import Control
from ...errors import ModelError, UsageError
from ...settings import Settings
from ...weights import hardware, memory
from ...weights.resolve import VLLM, resolve_model
from .base import Choice, JsonSchema, Message, OnToken, Reply, TokenChances
from .child_server import ChildServer, free_port
from .openai import OpenAIModel

if TYPE_CHECKING:
    from ...media.store import Store

__all__ = ["VllmModel", "for_many_users", "vllm_program"]

_CONTEXT = 32_768
"""Tokens of one request at most; a longer context leaves room for fewer requests side by side."""
_PICTURES = 32
_PICTURE_CACHE_GB = 4
"""Of the machine's memory, for preprocessed pictures."""
_START_SECONDS = 900.0
"""Loading, and compiling for this card the first time."""
_STARTS = 3
"""In all, before a model that ends again and again is given up."""
_SHARE = (0.3, 0.9)
"""Of the card's memory that vLLM may take: at least, at most."""


def vllm_program() -> str | None:
    """The `vllm` command of this environment, or of the PATH; None where it is not installed."""
    beside = Path(sys.executable).with_name("vllm")
    return str(beside) if beside.is_file() else shutil.which("vllm")


class VllmModel(Closing):
    """A chat model that a vLLM of ours runs (`ChatModel`); requests are answered side by side.

    Should it end, what it was asked just then fails, and the next request starts it again.

    Args:
        folder: the model's, in the form transformers reads.
        name: what to call it.
        store: where the pictures of messages lie.
        log: a file for what vLLM writes.
        timeout: seconds without a sign of life before a request is given up.
        control: stops the start.

    Raises:
        UsageError: vLLM is not installed.
        ModelError: it does not start; with the end of its log.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        store: Store,
        log: Path,
        timeout: float = 120.0,
        control: Control | None = None,
    ) -> None:
        program = vllm_program()
        if program is None:
            raise UsageError(
                "vllm is not installed: `pip install vllm` (Linux with a GPU), or name the model "
                "without `vllm:`, so that questions take turns"
            )
        self._program, self._folder, self._log = program, folder, log
        self._store, self._timeout = store, timeout
        self._starting = threading.Lock()
        self._starts = 0
        self.name = name
        self._server, self._remote = self._start(control)
        self.sees_images = self._remote.sees_images
        self.context_tokens = self._remote.context_tokens

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
        """Write the next turn; see `ChatModel.generate`."""
        return self._ready(control).generate(
            messages,
            schema=schema,
            max_tokens=max_tokens,
            temperature=temperature,
            on_token=on_token,
            control=control,
        )

    def generate_with_chances(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonSchema | None = None,
        max_tokens: int = 512,
        control: Control | None = None,
    ) -> tuple[Reply, tuple[TokenChances, ...]]:
        """The next turn and its tokens; see `TellsChances`."""
        return self._ready(control).generate_with_chances(
            messages, schema=schema, max_tokens=max_tokens, control=control
        )

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        control: Control | None = None,
    ) -> Choice:
        """Probability of each option; see `ChatModel.choose`."""
        return self._ready(control).choose(messages, options, control=control)

    def close(self) -> None:
        """End the requests under way and vLLM."""
        with self._starting:
            self._starts = _STARTS
            self._remote.close()
            self._server.close()

    def _ready(self, control: Control | None) -> OpenAIModel:
        """The client of a vLLM that runs; started again where it has ended."""
        with self._starting:
            if not self._server.running:
                if self._starts >= _STARTS:
                    raise ModelError(f"vllm has ended ({self._server.last()})")
                self._remote.close()
                self._server, self._remote = self._start(control)
            return self._remote

    def _start(self, control: Control | None) -> tuple[ChildServer, OpenAIModel]:
        self._starts += 1
        key = secrets.token_urlsafe(16)  # other users of this machine share its loopback
        port = free_port()
        server = ChildServer("vllm", self._command(port), port, self._log, environment(key))
        try:
            server.wait_until_ready("/health", _START_SECONDS, control)
            remote = OpenAIModel(
                f"http://127.0.0.1:{port}/v1",
                model=self.name,
                api_key=key,
                store=self._store,
                sees_images=_sees(self._folder),
                timeout=self._timeout,
                offline=True,
            )
        except BaseException:
            server.close()
            raise
        return server, remote

    def _command(self, port: int) -> list[str]:
        return [
            *(self._program, "serve", str(self._folder)),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--served-model-name", self.name),
            *("--max-model-len", str(min(_CONTEXT, _context_of(self._folder)))),
            *("--gpu-memory-utilization", f"{share_of_memory():.2f}"),
            "--enable-prefix-caching",
            *("--mm-processor-cache-gb", str(_PICTURE_CACHE_GB)),
            *("--limit-mm-per-prompt", json.dumps({"image": _PICTURES})),
        ]


def environment(key: str) -> dict[str, str]:
    """Variables for vLLM: its key, which a command line would show, and what keeps it at home."""
    return {
        "VLLM_API_KEY": key,
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",  # the files are here, fetched and checked
    }


def share_of_memory() -> float:
    """Of the card, for vLLM: what is free, without what the experts beside it take."""
    found = memory.fit_here()
    least, most = _SHARE
    if found is None:
        return most
    experts = found.rung.expert_bytes if found.rung else 0
    return max(least, min(most, (found.free - experts) / found.total))


def _config(folder: Path) -> dict[str, object]:
    try:
        found = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: its config.json cannot be read ({error})") from None
    return found if isinstance(found, dict) else {}


def _context_of(folder: Path) -> int:
    config = _config(folder)
    text = config.get("text_config")
    stated = (text if isinstance(text, dict) else config).get("max_position_embeddings")
    return stated if isinstance(stated, int) else _CONTEXT


def _sees(folder: Path) -> bool:
    return "vision_config" in _config(folder)


def for_many_users(settings: Settings) -> Settings:
    """Settings whose model vLLM runs, where it is installed and the model would run on the GPU here.

    Else as they are: the model in this process then answers one after the other, first come first
    served.
    """
    choice = resolve_model(settings)
    here = choice.kind == "transformers" and choice.bits == 16 and hardware.has_gpu()
    if not here or settings.devices.chat not in ("auto", "cuda") or vllm_program() is None:
        return settings
    return settings.model_copy(update={"model": f"{VLLM}{settings.model or choice.target}"})
