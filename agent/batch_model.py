"""One chat model for all workers of a batch."""

from __future__ import annotations

from ..media import Store
from ..settings import Settings
from ..weights import chat_model_path, resolve_model
from .backends import open_model
from .backends.base import ChatModel

TOKENS_EACH = 4_096
"""Context that a task needs at most: its evidence and answer are limited, prompts add their words."""
_SLOTS = 4
_CONTEXT = 8_192


def open_shared_model(settings: Settings, store: Store, workers: int) -> ChatModel:
    """The settings' model, ready for this many requests at once.

    A llama.cpp model answers as many side by side as it has slots, and these share its context; both
    grow with the workers here. Servers and the other models see to that themselves.

    Raises:
        UsageError, WeightsError, ModelError: as `open_model`.
    """
    if resolve_model(settings).kind != "llamacpp" or workers <= 1:
        return open_model(settings, store)
    from .backends.llamacpp import LlamaCppModel

    return LlamaCppModel(
        chat_model_path(settings),
        mmproj=settings.mmproj or None,
        threads=settings.threads,
        store=store,
        slots=max(_SLOTS, workers),
        context_tokens=max(_CONTEXT, TOKENS_EACH * workers),
    )
