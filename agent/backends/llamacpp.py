"""A GGUF model on this machine's CPU: llama.cpp in this process, spoken to as a server.

xllamacpp starts llama.cpp's own HTTP server on a loopback port; what `OpenAIModel` knows about
streaming, stopping and failing then serves here too.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
import weakref
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...control import Control
from ...errors import LooktwiceError, ModelError, UsageError, WeightsError
from ...extensions.extras import needs
from .base import Choice, JsonSchema, Message, OnToken, Reply
from .openai import OpenAIModel
from .pictures import PAGE_PIXELS
from .prefix_cache import Beginnings

if TYPE_CHECKING:
    from ...media.store import Store

_MAGIC = b"GGUF"
_SMALLEST = 1_024  # bytes; no header of a real model is shorter
_X86 = ("x86_64", "amd64")
_SPINS = "GOMP_SPINCOUNT"


class LlamaCppModel:
    """A chat model that runs here, from a GGUF file (`ChatModel`).

    Several prompts with different beginnings (planning, drafting, checking) stay in memory at once,
    one in each slot, so that a prompt which begins as an earlier one did costs only its new part.

    Args:
        path: the model's .gguf file.
        mmproj: the .gguf file of its vision part; with it the model sees pictures.
        threads: CPU threads; 0 takes what this process may use.
        context_tokens: tokens the slots share; one request may use all of them.
        store: where the pictures of messages lie.
        slots: prompts kept ready, and requests answered side by side.
        cache_mib: memory for prompts that lost their slot.
        template: Jinja for the conversation; empty takes the model file's own.
        page_pixels: that a page of a document is shown with at most.
        beginnings: a folder for what `read_ahead` has read; None keeps nothing from run to run.
        timeout: seconds without a sign of life before a request is given up; reading a long prompt
            on a CPU is silent for minutes.

    Raises:
        WeightsError: a file is missing or is no GGUF.
        ModelError: llama.cpp cannot load it.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        mmproj: str | Path | None = None,
        threads: int = 0,
        context_tokens: int = 8192,
        store: Store,
        slots: int = 4,
        cache_mib: int = 1024,
        template: str = "",
        page_pixels: int = PAGE_PIXELS,
        beginnings: Path | None = None,
        timeout: float = 600.0,
    ) -> None:
        if min(context_tokens, slots) < 1 or min(threads, cache_mib) < 0:
            raise UsageError("context_tokens and slots must be positive, the rest not negative")
        self._path = _checked(path)
        file = self._path.stat()
        # what was computed of a prompt depends on these, and on its words
        self._of = [file.st_size, file.st_mtime_ns, _xllamacpp().__version__, template]
        vision = None if mmproj is None else _checked(mmproj)
        key = secrets.token_urlsafe(16)  # other users of this machine share its loopback
        params = _params(self._path, vision, threads or usable_cores(), context_tokens, slots)
        params.cache_ram_mib = cache_mib
        params.chat_template = template
        params.api_keys = [key]
        self._beginnings: Beginnings | None = None
        if beginnings is not None:
            with suppress(OSError):  # nowhere to write: all is read again each time
                self._beginnings = Beginnings(beginnings)
                params.slot_save_path = f"{beginnings}{os.sep}"
        server = [_start(params, self._path)]
        try:
            self._remote = OpenAIModel(
                server[0].listening_address,
                model=self._path.name,
                api_key=key,
                store=store,
                sees_images=vision is not None,
                context_tokens=context_tokens,
                page_pixels=page_pixels,
                timeout=timeout,
                offline=True,
            )
        except BaseException:
            server.clear()
            raise
        # also when it is forgotten, and at exit: a server left running crashes the interpreter then
        self._end = weakref.finalize(self, _shut_down, self._remote, server)
        self._slots = cycle(range(slots))
        self._ahead: set[str] = set()
        self.name = self._path.stem
        self.sees_images = vision is not None
        self.context_tokens = context_tokens

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
        return self._remote.generate(
            messages,
            schema=schema,
            max_tokens=max_tokens,
            temperature=temperature,
            on_token=on_token,
            control=control,
        )

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        control: Control | None = None,
    ) -> Choice:
        """Probability of each option; see `ChatModel.choose`."""
        return self._remote.choose(messages, options, control=control)

    def read_ahead(self, messages: Sequence[Message]) -> None:
        """Have what later prompts begin with in a slot; see `ReadsAhead`.

        It is read once and kept on disk; from then on it is there in milliseconds.
        """
        said = [{"role": m.role, "content": m.text} for m in messages]
        text = json.dumps([self._path.name, *self._of, said])
        key = hashlib.sha256(text.encode()).hexdigest()[:16]
        if key in self._ahead:
            return
        self._ahead.add(key)
        slot = next(self._slots)
        known = self._beginnings and self._beginnings.find(key)
        if known:
            with suppress(LooktwiceError):
                self._on_slot(slot, "restore", known)
                return
        body = {"messages": [*said, {"role": "user", "content": "?"}], "max_tokens": 1}
        self._remote.call("v1/chat/completions", {**body, "id_slot": slot})
        if self._beginnings is not None:
            fresh = f"{secrets.token_hex(8)}.new"
            with suppress(LooktwiceError, OSError):  # then it is read again next time
                self._on_slot(slot, "save", fresh)
                self._beginnings.keep(key, fresh)

    def _on_slot(self, slot: int, action: str, name: str) -> None:
        self._remote.call(f"slots/{slot}?action={action}", {"filename": name})

    def close(self) -> None:
        """End requests under way, stop the server and its threads, free the memory."""
        self._end()


def _shut_down(remote: OpenAIModel, server: list[Any]) -> None:
    remote.close()
    server.clear()  # the last reference: its destructor stops the server and waits for its threads


def usable_cores() -> int:
    """Cores this process may use: affinity, and the share a container was given.

    One thread more than that makes llama.cpp many times slower, as its threads wait for each other.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        share = int(quota) // int(period)
    except (OSError, ValueError):  # not Linux, or no limit ("max")
        return cores or 1
    return max(1, min(cores or 1, share))


def _checked(path: str | Path) -> Path:
    """The file, if it looks like a GGUF model: llama.cpp's own message names no reason."""
    file = Path(path)
    try:
        with file.open("rb") as opened:
            start = opened.read(_SMALLEST)
    except OSError as error:
        raise WeightsError(f"{file}: cannot be read ({error.strerror})") from None
    if not start.startswith(_MAGIC) or len(start) < _SMALLEST:
        raise WeightsError(f"{file}: not a GGUF model; fetch it again or choose another")
    return file


def _xllamacpp() -> Any:
    """The library, with OpenMP told to spin only briefly while its threads wait for each other.

    OpenMP reads this once, when it is loaded. The default spins for so long that a busy neighbour
    (the OCR, another program) halves the speed; on an idle machine the short spin costs nothing.
    """
    given = os.environ.get(_SPINS)
    if given is None:
        os.environ[_SPINS] = "1000"
    try:
        with needs("local"):
            import xllamacpp
    finally:
        if given is None:
            del os.environ[_SPINS]
    return xllamacpp


def _params(path: Path, mmproj: Path | None, threads: int, context: int, slots: int) -> Any:
    params = _xllamacpp().CommonParams()
    params.model.path = str(path)
    params.model_alias = {path.name}  # what it calls itself: not the path, which is private
    if mmproj is not None:
        params.mmproj.path = str(mmproj)
    params.n_ctx = context
    params.n_parallel = slots
    params.kv_unified = True  # one request may fill the whole context; the slots share it
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    # Weights kept as they lie in the file: on x86 the prebuilt library then reads prompts a quarter
    # faster (it writes a quarter slower, but we read far more than we write) and needs half the
    # memory. On ARM the repacked weights win.
    params.no_extra_bufts = platform.machine().lower() in _X86
    params.verbosity = 0  # standard output and error belong to the program
    params.ui = False
    params.endpoint_slots = False  # would show other people's prompts
    return params


def _start(params: Any, path: Path) -> Any:
    try:
        return _xllamacpp().Server(params)
    except Exception as error:
        raise ModelError(
            f"{path}: llama.cpp cannot load it ({error}); the file may be damaged, too new for the "
            "installed xllamacpp, or too large for this machine's memory"
        ) from None
