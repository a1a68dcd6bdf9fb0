"""Opens the engine that a batch was asked to run on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..media import Store
from ..settings import Settings
from .assistant import Assistant
from .batch_engine import Engine
from .batch_local import LocalEngine
from .batch_model import open_shared_model
from .batch_worker import Worker


@contextmanager
def local_engine(settings: Settings, workers: int) -> Iterator[Engine]:
    """Threads that share one assistant, models loaded."""
    model = open_shared_model(settings, Store(settings.store_dir, settings.media), workers)
    try:
        assistant = Assistant(settings, model=model)
        assistant.warm()
        engine = LocalEngine(Worker(assistant))
        try:
            yield engine
        finally:
            engine.close()
    finally:
        model.close()
