"""Chat models: one protocol (`base.ChatModel`), five kinds."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from ...extensions.extras import require
from .base import ChatModel

if TYPE_CHECKING:
    from ...media.store import Store
    from ...settings import Settings
    from .llama_program import LlamaProgram

__all__ = ["open_model", "program_for"]

_log = logging.getLogger(__name__)


def program_for(settings: Settings) -> LlamaProgram | None:
    """The `llama-server` of this machine, where it can use a GPU and the library cannot; else None."""
    if settings.devices.chat == "cpu":
        return None
    from .llama_library import gpus
    from .llama_program import found_program

    if gpus():
        return None
    found = found_program(settings.home / "logs" / "llama-server.log")
    return found if found is not None and found.gpus else None


def _open_llama(settings: Settings, store: Store, path: Path) -> ChatModel:
    from ...weights.obtain import projector_path
    from .llamacpp import LlamaCppModel

    program = program_for(settings)
    model = LlamaCppModel(
        path,
        mmproj=projector_path(settings, path),
        threads=settings.threads,
        gpu=settings.devices.chat != "cpu",
        store=store,
        page_pixels=settings.page_pixels,
        beginnings=settings.prompts_dir,
        program=program,
    )
    wanted = settings.devices.chat
    if wanted in ("cuda", "mps") and not model.gpus:
        _log.warning("this llama.cpp has no %s: the chat model runs on the processor", wanted)
    return model


def open_model(settings: Settings, store: Store) -> ChatModel:
    """The chat model that the settings name, fetched where needed and ready to use.

    Args:
        settings: `model`, `pack` and what belongs to them decide; see `weights.resolve.resolve_model`.
        store: where the pictures of messages lie.

    Raises:
        UsageError: the settings name no model (MissingExtra: it would run in this process).
        WeightsError: its files cannot be had (OfflineError: not while offline).
        ModelError: it cannot be loaded, or its server cannot be reached.
    """
    from ...weights.devices import device_for
    from ...weights.memory import fit_here
    from ...weights.obtain import chat_model_path
    from ...weights.resolve import resolve_model

    choice = resolve_model(settings)
    if choice.kind == "openai":
        from .openai import OpenAIModel

        return OpenAIModel(
            choice.target,
            model=settings.model_name or choice.served,
            api_key=settings.api_key.get_secret_value(),
            store=store,
            sees_images=settings.sees_images,
            page_pixels=settings.page_pixels,
            timeout=settings.request_seconds,
            offline=settings.offline,
        )
    if choice.kind == "vllm":
        from .vllm import VllmModel

        return VllmModel(
            chat_model_path(settings),
            choice.name.replace("/", "--"),
            store=store,
            log=settings.home / "logs" / "vllm.log",
            timeout=settings.request_seconds,
        )
    require("local")  # before its weights are fetched
    if not settings.model and (found := fit_here()) is not None and found.rung is None:
        _log.warning("%s", found.explained())  # people with a GPU expect a model that sees
    path = chat_model_path(settings)
    if choice.kind == "llamacpp":
        return _open_llama(settings, store, path)
    from .transformers import TransformersModel

    # The library itself finds the device where the settings leave it open.
    device = None if settings.devices.chat == "auto" else device_for("chat", settings)
    return TransformersModel(
        path,
        store=store,
        device=device,
        page_pixels=settings.page_pixels,
        offline=settings.offline,
        bits=choice.bits,
        decoding=settings.decoding,
    )
