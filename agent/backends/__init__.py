"""Chat models: one protocol (`base.ChatModel`), five kinds."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ...extensions.extras import require
from .base import ChatModel

if TYPE_CHECKING:
    from ...media.store import Store
    from ...settings import Settings

__all__ = ["open_model"]

_log = logging.getLogger(__name__)


def _may_use_gpu(settings: Settings) -> bool:
    """Whether llama.cpp may; one line where a GPU is asked for that it cannot use."""
    wanted = settings.devices.chat
    if wanted in ("cuda", "mps"):
        from .llama_library import gpus

        if not gpus():
            _log.warning("this llama.cpp has no %s: the chat model runs on the processor", wanted)
    return wanted != "cpu"


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
    from ...weights.obtain import chat_model_path, projector_path
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
        from .llamacpp import LlamaCppModel

        return LlamaCppModel(
            path,
            mmproj=projector_path(settings, path),
            threads=settings.threads,
            gpu=_may_use_gpu(settings),
            store=store,
            page_pixels=settings.page_pixels,
            beginnings=settings.prompts_dir,
        )
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
