"""A GGUF model on this machine: llama.cpp in this process or as a child of it, spoken to as a server.

xllamacpp (or a `llama-server` of this machine) starts llama.cpp's own HTTP server on a loopback port; what
`OpenAIModel` knows about streaming, stopping and failing then serves here too.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...control import Control
from ...errors import LooktwiceError, UsageError
from ...weights.gguf_header import read_header
from .base import Choice, JsonSchema, Message, OnToken, Reply, TokenChances
from .eyes import VisionLimits, eyes_of
from .llama_library import LlamaRun, checked, gpus, start, usable_cores, version
from .llama_program import LlamaProgram, LlamaProgramServer
from .openai import OpenAIModel
from .pictures import PAGE_PIXELS, SERVER_PIXELS
from .prefix_cache import Beginnings
from .slots import PictureSlots

if TYPE_CHECKING:
    from ...media.store import Store


class LlamaCppModel:
    """A chat model that runs here, from a GGUF file (`ChatModel`).

    Several prompts with different beginnings (planning, drafting, checking) stay in memory at once,
    one in each slot, so that a prompt which begins as an earlier one did costs only its new part: the
    checks of an answer do not read its picture again.

    Args:
        path: the model's .gguf file.
        mmproj: the .gguf file of its vision part; with it the model sees pictures.
        threads: CPU threads; 0 takes what this process may use.
        gpu: whether a GPU that llama.cpp can use takes as many layers as it has memory for.
        context_tokens: tokens the slots share; one request may use all of them. Fewer where the model
            was made for fewer.
        store: where the pictures of messages lie.
        slots: prompts kept ready, and requests answered side by side.
        cache_mib: memory for prompts that lost their slot.
        template: Jinja for the conversation; empty takes the model file's own.
        page_pixels: that a page of a document is shown with at most.
        beginnings: a folder for what `read_ahead` has read; None keeps nothing from run to run.
        timeout: seconds without a sign of life before a request is given up; reading a long prompt
            on a CPU is silent for minutes.
        program: a `llama-server` that runs it, in the place of the library.

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
        gpu: bool = True,
        context_tokens: int = 8192,
        store: Store,
        slots: int = 4,
        cache_mib: int = 1024,
        template: str = "",
        page_pixels: int = PAGE_PIXELS,
        beginnings: Path | None = None,
        timeout: float = 600.0,
        program: LlamaProgram | None = None,
    ) -> None:
        if min(context_tokens, slots) < 1 or min(threads, cache_mib) < 0:
            raise UsageError("context_tokens and slots must be positive, the rest not negative")
        self._path = checked(path)
        file = self._path.stat()
        # what was computed of a prompt depends on these, and on its words
        engine = version() if program is None else program.version
        self._of = [file.st_size, file.st_mtime_ns, engine, template]
        vision = None if mmproj is None else checked(mmproj)
        self.gpus = () if not gpu else tuple(gpus()) if program is None else program.gpus
        eyes = VisionLimits(SERVER_PIXELS, page_pixels)
        if vision is not None:
            eyes = eyes_of(vision, page_pixels, gpu=bool(self.gpus))
        context = min(context_tokens, _made_for(self._path) or context_tokens)
        key = secrets.token_urlsafe(16)  # other users of this machine share its loopback
        self._slots = PictureSlots(slots)
        self._beginnings: Beginnings | None = None
        if beginnings is not None:
            with suppress(OSError):  # nowhere to write: all is read again each time
                self._beginnings = Beginnings(beginnings)
        run = LlamaRun(
            path=self._path,
            mmproj=vision,
            threads=threads or usable_cores(),
            context=context,
            slots=slots,
            gpu=bool(self.gpus),
            key=key,
            cache_mib=cache_mib,
            template=template,
            image_tokens=eyes.tokens or 0,
            kept=beginnings if self._beginnings is not None else None,
        )
        server = [start(run) if program is None else LlamaProgramServer(program, run)]
        try:
            self._remote = OpenAIModel(
                server[0].listening_address,
                model=self._path.name,
                api_key=key,
                store=store,
                sees_images=vision is not None,
                context_tokens=context,
                picture_pixels=eyes.photo,
                page_pixels=eyes.page,
                timeout=timeout,
                offline=True,
                each_request=self._place if vision is not None else None,
            )
        except BaseException:
            server.clear()
            raise
        # also when it is forgotten, and at exit: a server left running crashes the interpreter then
        self._end = weakref.finalize(self, _shut_down, self._remote, server)
        self._next = cycle(range(slots))
        self._ahead: set[str] = set()
        self.name = self._path.stem
        self.sees_images = vision is not None
        self.context_tokens = context
        self.picture_pixels = eyes.photo if vision is not None else None

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

    def generate_with_chances(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonSchema | None = None,
        max_tokens: int = 512,
        control: Control | None = None,
    ) -> tuple[Reply, tuple[TokenChances, ...]]:
        """The next turn and its tokens; see `TellsChances`."""
        return self._remote.generate_with_chances(
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
        slot = self._slots.take(messages) if self.sees_images else next(self._next)
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

    def _place(self, messages: Sequence[Message]) -> Mapping[str, Any]:
        return {"id_slot": self._slots.take(messages)}

    def _on_slot(self, slot: int, action: str, name: str) -> None:
        self._remote.call(f"slots/{slot}?action={action}", {"filename": name})

    def close(self) -> None:
        """End requests under way, stop the server and its threads, free the memory."""
        self._end()


def _shut_down(remote: OpenAIModel, server: list[Any]) -> None:
    remote.close()
    server.clear()  # the last reference: its destructor stops the server and waits for its threads


def _made_for(path: Path) -> int:
    """Tokens of context that a model was made for; 0 where its file does not say."""
    with suppress(LooktwiceError):  # what is wrong with it, llama.cpp says
        header = read_header(path)
        value = header.get(f"{header.get('general.architecture')}.context_length")
        return value if isinstance(value, int) else 0
    return 0
