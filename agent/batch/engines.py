"""Opens the engine that a batch was asked to run on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from ...settings import Settings
from ..assistant import Assistant
from .engine import Engine
from .local import LocalEngine
from .process import ProcessEngine
from .shared_model import open_shared_model, served_model
from .worker import Worker, WorkerSpec

_MOST_HANGING = 8


@contextmanager
def local_engine(settings: Settings, workers: int) -> Iterator[Engine]:
    """Threads that share one assistant, models loaded."""
    model = open_shared_model(settings, workers)
    try:
        assistant = Assistant(settings, model=model)
        assistant.warm()
        engine = LocalEngine(Worker(assistant), most_hanging=max(_MOST_HANGING, workers))
        with closing(engine):
            yield engine
    finally:
        model.close()


@contextmanager
def process_engine(settings: Settings, workers: int) -> Iterator[Engine]:
    """Processes that share one model server."""
    with (
        served_model(settings, workers) as shared,
        closing(ProcessEngine([WorkerSpec(shared)] * workers)) as engine,
    ):
        yield engine


@contextmanager
def ray_engine(settings: Settings, workers: int, address: str | None) -> Iterator[Engine]:
    """Actors of a Ray cluster; on one of our own they share one model server."""
    from .ray import RayEngine

    if address is not None:
        with closing(RayEngine([WorkerSpec(settings)] * workers, address)) as engine:
            yield engine
        return
    with (
        served_model(settings, workers) as shared,
        closing(RayEngine([WorkerSpec(shared)] * workers)) as engine,
    ):
        yield engine
