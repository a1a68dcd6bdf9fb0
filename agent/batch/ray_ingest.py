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
from ...retrieval.embeddings.picture import PictureEmbedder, open_picture_embedder
from ...retrieval.embeddings.text import (
    Embedder,
    TextEmbedder,
    Vectors,
    as_text_embedder,
    open_text_embedder,
)
from ...retrieval.ingest.scans import ScanReader
from ...schema import Picture, TextLine
from ...settings import Settings
from ...tools.registry import Experts
from ...tools.scan_reader import scan_reader_of
from .ray import TASK_RETRIES, connected, last_line, when_ready
from .worker import Recipe


@dataclass(frozen=True)
class Hands:
    """All that is needed to add documents, loaded at its first use."""

    eyes: ScanReader
    text: Embedder
    picture: PictureEmbedder | None


Maker = Callable[[Settings], Hands]
"""Makes the hands of an actor."""


def own_hands(settings: Settings) -> Hands:
    """OCR, detector and embedders of the pack in use."""
    eyes = scan_reader_of(Experts.from_settings(settings))
    return Hands(eyes, open_text_embedder(settings), open_picture_embedder(settings))


def made(recipe: Recipe) -> Hands:
    """The hands of a recipe, whose maker is a `Maker`.

    Raises:
        UsageError: it cannot be imported.
    """
    module, _, name = recipe.maker.partition(":")
    try:
        maker: Maker = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{recipe.maker}: cannot be imported ({error})") from None
    return maker(recipe.settings)


def own_recipe(settings: Settings) -> Recipe:
    """For actors that work with the pack in use."""
    return Recipe(settings, f"{__name__}:{own_hands.__name__}")


class Actor:
    """What runs on the cluster; pictures come as raw RGB with their size.

    Args:
        recipe: of its hands, as JSON.
    """

    def __init__(self, recipe: str) -> None:
        self._hands = made(Recipe.from_json(recipe))

    def ready(self) -> int:
        """Says that it runs; gives its process id, for whoever wants to watch it."""
        import os

        return os.getpid()

    def read(self, rgb: bytes, size: tuple[int, int], picture: str) -> str:
        """The lines of text, or why there are none, as JSON."""
        try:
            lines = self._hands.eyes.read(_image(rgb, size), Picture.model_validate_json(picture))
        except ToolError as error:
            return json.dumps({"failed": str(error)})
        return json.dumps({"said": [line.model_dump(mode="json") for line in lines]})

    def objects(self, rgb: bytes, size: tuple[int, int], picture: str) -> str:
        """What is in a picture, in a few words, as JSON."""
        see = self._hands.eyes.objects
        try:
            said = see(_image(rgb, size), Picture.model_validate_json(picture)) if see else ""
        except ToolError as error:
            return json.dumps({"failed": str(error)})
        return json.dumps({"said": said})

    def embed(self, texts: list[str]) -> Vectors:
        """Passages as rows."""
        return self._hands.text.embed(texts)

    def looks(self, pictures: list[tuple[bytes, tuple[int, int]]]) -> Vectors:
        """Pictures as rows."""
        assert self._hands.picture is not None
        return self._hands.picture.embed([_image(rgb, size) for rgb, size in pictures])


class Pool:
    """Actors, each asked one thing at a time; Ray restarts one that dies and asks it again.

    Args:
        recipe: of their hands.
        workers: how many there are.
        address: of a running cluster; None starts one on this machine that ends with the pool.

    Raises:
        UsageError: ray is not installed, or there is no cluster at the address.
        ModelError: an actor cannot start.
    """

    def __init__(self, recipe: Recipe, workers: int, address: str | None = None) -> None:
        self._ray = connected(workers, address)
        kind = self._ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=TASK_RETRIES)(Actor)
        self._idle: queue.LifoQueue[Any] = queue.LifoQueue()
        try:
            actors = [kind.remote(recipe.to_json()) for _ in range(workers)]
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


class _Text:
    """A text embedder whose passages are embedded on the cluster."""

    def __init__(self, pool: Pool, own: TextEmbedder) -> None:
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


class _Looks:
    """A picture embedder whose pictures are embedded on the cluster."""

    def __init__(self, pool: Pool, own: PictureEmbedder) -> None:
        self._pool, self._own = pool, own
        self.name, self.words = own.name, own.words

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        if not images:
            return self._own.embed(images)
        rows: Vectors = self._pool.ask("looks", [_pixels(image) for image in images])
        return rows

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        return self._own.embed_words(texts)


def remote_hands(pool: Pool, own: Hands) -> Hands:
    """The same on the cluster; `own` says what they are called and is not loaded for it."""

    def read(image: Image.Image, picture: Picture) -> list[TextLine]:
        said = _said(pool.ask("read", *_pixels(image), picture.model_dump_json()))
        return [TextLine.model_validate(line) for line in said]

    def objects(image: Image.Image, picture: Picture) -> str:
        return str(_said(pool.ask("objects", *_pixels(image), picture.model_dump_json())))

    return Hands(
        ScanReader(
            read=read, objects=objects if own.eyes.objects else None, caption=own.eyes.caption
        ),
        _Text(pool, as_text_embedder(own.text)),
        None if own.picture is None else _Looks(pool, own.picture),
    )


@contextmanager
def ray_hands(settings: Settings, workers: int, address: str | None) -> Iterator[Hands]:
    """Hands on a cluster, for as long as the context lasts.

    Raises:
        UsageError, ModelError: as `Pool`.
    """
    recipe = own_recipe(settings)
    pool = Pool(recipe, workers, address)
    try:
        yield remote_hands(pool, made(recipe))
    finally:
        pool.close()


def _said(text: str) -> Any:
    """What an actor said; ToolError where its expert failed."""
    values = json.loads(text)
    if "failed" in values:
        raise ToolError(values["failed"])
    return values["said"]


def _pixels(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    return image.convert("RGB").tobytes(), image.size


def _image(rgb: bytes, size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("RGB", size, rgb)
