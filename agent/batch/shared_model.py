"""One chat model for all workers of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from ...errors import UsageError
from ...extensions.extras import require
from ...media.store import Store
from ...settings import Settings
from ...weights.obtain import chat_model_path, projector_path
from ...weights.resolve import resolve_model
from ..backends import open_model
from ..backends.base import ChatModel
from ..backends.llamacpp import LlamaCppModel
from ..backends.vllm import VllmModel

TOKENS_PER_TASK = 4_096
"""Context that a task needs at most: its evidence and answer are limited, prompts add their words."""
SERVER_WORKERS = 16
"""Tasks asked at once of a server, which batches them."""
SILENCE_SECONDS = 600.0
"""Seconds without a sign of life: reading a long prompt on a busy CPU takes minutes."""
_SLOTS = 4
_CONTEXT = 8_192


def usual_workers(settings: Settings) -> int:
    """How many tasks at once pay where nobody says.

    One for a model in this process. Reading prompts is nearly all it does and keeps every core busy as
    it is (on two cores 96 tokens a second, one prompt at a time or two). Several at a time cost more:
    every slot reads the prompts' opening for itself, and llama.cpp gives a waiting prompt the slot of
    another task, which then reads its picture's text again: twelve questions about pictures took 132
    seconds of CPU two at a time and 93 to 113 one at a time.
    """
    return SERVER_WORKERS if resolve_model(settings).kind in ("openai", "vllm") else 1


def open_shared_model(settings: Settings, workers: int, template: str = "") -> ChatModel:
    """The settings' model, ready for this many requests at once.

    A llama.cpp model answers as many side by side as it has slots, and these share its context; both
    grow with the workers here. Servers and the other models see to that themselves.

    Args:
        template: as `LlamaCppModel` takes it.

    Raises:
        UsageError, WeightsError, ModelError: as `open_model`.
    """
    store = Store(settings.store_dir, settings.media)
    if resolve_model(settings).kind != "llamacpp":
        return open_model(settings, store)
    require("local")  # before its weights are fetched
    path = chat_model_path(settings)
    return LlamaCppModel(
        path,
        mmproj=projector_path(settings, path),
        threads=settings.threads,
        store=store,
        slots=max(_SLOTS, workers),
        context_tokens=max(_CONTEXT, TOKENS_PER_TASK * workers),
        template=template,
        beginnings=settings.prompts_dir,
    )


@contextmanager
def served_model(settings: Settings, workers: int, template: str = "") -> Iterator[Settings]:
    """Settings for workers in other processes of this machine, that all lead to one model.

    Args:
        template: as `LlamaCppModel` takes it.

    Raises:
        UsageError: the model runs in its process only, so every worker would load its own.
    """
    kind = resolve_model(settings).kind
    if kind == "openai":
        yield settings
        return
    if kind not in ("llamacpp", "vllm"):
        raise UsageError(
            "workers in other processes share a model by its address: start it as a server (vLLM,"
            " SGLang ...) and give --model http://..., or leave --isolate and --engine out"
        )
    model = open_shared_model(settings, workers, template)
    assert isinstance(model, LlamaCppModel | VllmModel)
    try:
        yield settings.model_copy(update=_address_of(model, settings))
    finally:
        model.close()


def _address_of(model: LlamaCppModel | VllmModel, settings: Settings) -> dict[str, object]:
    """Where its loopback server is asked; the key is its own and new every time."""
    remote = model._remote
    return {
        "model": remote.address,
        "model_name": remote.name,
        "api_key": SecretStr(remote._client.api_key),
        "request_seconds": max(settings.request_seconds, SILENCE_SECONDS),
    }
