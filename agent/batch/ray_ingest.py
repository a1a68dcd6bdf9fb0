"""Documents read by a Ray cluster: its actors see and embed, this process writes the index.

Files are opened here, in processes of their own as always, so the cluster's machines need not see
them; what takes the time (reading scans, finding objects, embedding) runs on the actors.
"""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from PIL import Image

from ...errors import ModelError, ToolError, UsageError
from ...retrieval.embeddings.chosen import open_index_embedders
from ...retrieval.embeddings.picture import PictureEmbedder
from ...retrieval.embeddings.text import (
    Embedder,
    TextEmbedder,
    Vectors,
    as_text_embedder,
)
from ...retrieval.ingest.reader import ScanReader
from ...schema import Detection, Picture, TextLine
from ...settings import Settings
from ...tools.registry import Experts
from ...tools.scan_reader import scan_reader_of
from .ray import TASK_RETRIES, connected, last_line, when_ready
from .worker import WorkerSpec


@dataclass(frozen=True)
class IngestModels:
    """All that is needed to add documents, loaded at its first use."""

    eyes: ScanReader
    text: Embedder
    picture: PictureEmbedder | None


ModelsFactory = Callable[[Settings], IngestModels]
"""Makes the models of an actor."""


def local_models(settings: Settings) -> IngestModels:
    """OCR, detector and embedders of the settings."""
    eyes = scan_reader_of(Experts.from_settings(settings))
    return IngestModels(eyes, *open_index_embedders(settings))


def models_of(spec: WorkerSpec) -> IngestModels:
    """The models of a spec, whose factory is a `ModelsFactory`.

    Raises:
        UsageError: it cannot be imported.
    """
    module, _, name = spec.factory.partition(":")
    try:
        factory: ModelsFactory = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{spec.factory}: cannot be imported ({error})") from None
    return factory(spec.settings)


def local_spec(settings: Settings) -> WorkerSpec:
    """For actors that work with the pack in use."""
    return WorkerSpec(settings, f"{__name__}:{local_models.__name__}")


class IngestActor:
    """What runs on the cluster; pictures come as raw RGB with their size.

    Args:
        spec: of its models, as JSON.
    """

    def __init__(self, spec: str) -> None:
        self._models = models_of(WorkerSpec.from_json(spec))

    def ready(self) -> int:
        """Says that it runs; gives its process id, for whoever wants to watch it."""
        import os

        return os.getpid()

    def read(self, rgb: bytes, size: tuple[int, int], picture: str) -> str:
        """The lines of text, or why there are none, as JSON."""
        try:
            lines = self._models.eyes.read(_image(rgb, size), Picture.model_validate_json(picture))
        except ToolError as error:
            return json.dumps({"failed": str(error)})
        return json.dumps({"result": [line.model_dump(mode="json") for line in lines]})

    def objects(self, rgb: bytes, size: tuple[int, int], picture: str) -> str:
        """What a detector finds in a picture, as JSON."""
        see = self._models.eyes.objects
        try:
            found = see(_image(rgb, size), Picture.model_validate_json(picture)) if see else []
        except ToolError as error:
            return json.dumps({"failed": str(error)})
        return json.dumps({"result": [one.model_dump(mode="json") for one in found]})

    def kinds(self) -> list[str]:
        """The names of all things that the detector can find."""
        return list(self._models.eyes.kinds()) if self._models.eyes.kinds else []

    def embed(self, texts: list[str]) -> Vectors:
        """Passages as rows."""
        return self._models.text.embed(texts)

    def embed_pictures(self, pictures: list[tuple[bytes, tuple[int, int]]]) -> Vectors:
        """Pictures as rows."""
        assert self._models.picture is not None
        return self._models.picture.embed([_image(rgb, size) for rgb, size in pictures])


class ActorPool:
    """Actors, each asked one thing at a time; Ray restarts one that dies and asks it again.

    Args:
        spec: of their models.
        workers: how many there are.
        address: of a running cluster; None starts one on this machine that ends with the pool.

    Raises:
        UsageError: ray is not installed, or there is no cluster at the address.
        ModelError: an actor cannot start.
    """

    def __init__(self, spec: WorkerSpec, workers: int, address: str | None = None) -> None:
        self._ray = connected(workers, address)
        kind = self._ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=TASK_RETRIES)(
            IngestActor
        )
        self._idle: queue.LifoQueue[Any] = queue.LifoQueue()
        try:
            actors = [kind.remote(spec.to_json()) for _ in range(workers)]
            self.processes = when_ready(self._ray, actors)
        except BaseException:
            self.close()
            raise
        for actor in actors:
            self._idle.put(actor)

    def ask(self, method: str, *given: Any) -> Any:
        """Call an actor that has nothing else to do.

        Raises:
            ModelError: it failed, or died twice over it.
        """
        actor = self._idle.get()
        try:
            return self._ray.get(getattr(actor, method).remote(*given))
        except self._ray.exceptions.RayError as error:
            raise ModelError(f"a worker of the cluster failed: {last_line(error)}") from None
        finally:
            self._idle.put(actor)

    def close(self) -> None:
        """End the actors, and the cluster where it is our own."""
        self._ray.shutdown()


class _ClusterTextEmbedder:
    """A text embedder whose passages are embedded on the cluster."""

    def __init__(self, pool: ActorPool, own: TextEmbedder) -> None:
        self._pool, self._own = pool, own
        self.name = own.name

    @property
    def max_tokens(self) -> int | None:
        return self._own.max_tokens

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return self._own.embed(texts)
        rows: Vectors = self._pool.ask("embed", list(texts))
        return rows

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._own.embed_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._own.count_tokens(texts)


class _ClusterPictureEmbedder:
    """A picture embedder whose pictures are embedded on the cluster."""

    def __init__(self, pool: ActorPool, own: PictureEmbedder) -> None:
        self._pool, self._own = pool, own
        self.name, self.words = own.name, own.words

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        if not images:
            return self._own.embed(images)
        rows: Vectors = self._pool.ask("embed_pictures", [_pixels(image) for image in images])
        return rows

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        return self._own.embed_words(texts)


def cluster_models(pool: ActorPool, own: IngestModels) -> IngestModels:
    """The same on the cluster; `own` says their names and is not loaded for it."""

    def read(image: Image.Image, picture: Picture) -> list[TextLine]:
        result = _result_in(pool.ask("read", *_pixels(image), picture.model_dump_json()))
        return [TextLine.model_validate(line) for line in result]

    def objects(image: Image.Image, picture: Picture) -> list[Detection]:
        result = _result_in(pool.ask("objects", *_pixels(image), picture.model_dump_json()))
        return [Detection.model_validate(one) for one in result]

    def kinds() -> Sequence[str]:
        names: list[str] = pool.ask("kinds")
        return names

    return IngestModels(
        ScanReader(
            read=read,
            objects=objects if own.eyes.objects else None,
            kinds=kinds if own.eyes.kinds else None,
            caption=own.eyes.caption,
        ),
        _ClusterTextEmbedder(pool, as_text_embedder(own.text)),
        None if own.picture is None else _ClusterPictureEmbedder(pool, own.picture),
    )


@contextmanager
def ray_ingest_models(
    settings: Settings, workers: int, address: str | None
) -> Iterator[IngestModels]:
    """Models on a cluster, for as long as the context lasts.

    Raises:
        UsageError, ModelError: as `ActorPool`.
    """
    spec = local_spec(settings)
    pool = ActorPool(spec, workers, address)
    try:
        yield cluster_models(pool, models_of(spec))
    finally:
        pool.close()


def _result_in(text: str) -> Any:
    """The result of an actor; ToolError where its expert failed."""
    values = json.loads(text)
    if "failed" in values:
        raise ToolError(values["failed"])
    return values["result"]


def _pixels(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    return image.convert("RGB").tobytes(), image.size


def _image(rgb: bytes, size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("RGB", size, rgb)
