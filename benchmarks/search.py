"""How long a search takes as an index grows; every passage has words and a vector of its own."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..retrieval.catalog.catalog import Catalog
from ..retrieval.catalog.rows import NewFile
from ..retrieval.embeddings.text import open_text_embedder
from ..retrieval.index import Index
from ..retrieval.pages import Page
from ..retrieval.text.chunking import Chunk
from ..retrieval.vectors.vectors import Vectors
from ..settings import Settings
from .measure import Measurement, needs_starter, scratch_settings, seconds_of
from .paper import name, words

SIZES = (1_000, 10_000, 100_000)
"""Passages; a million more take a quarter of an hour to make: give the size to `times_at`."""
TARGET_AT, TARGET = 100_000, 0.060
QUESTIONS, RUNS = 40, 2
SEEDS = 256
"""Texts that are really embedded; the others' vectors are theirs with noise."""
NOISE = 0.7
"""Length of what is added to a vector of length one: neighbours then lie at cosines near .8."""
PASSAGE = 120
"""Words in a passage."""
A_PAGE, A_DOCUMENT = 4, 200
"""Passages in a page, pages in a document."""


def measure() -> Iterator[Measurement]:
    """Seconds a question in words takes, without reranking."""
    with scratch_settings() as settings:
        needs_starter(settings)
        for size in SIZES:
            times = times_at(size, settings.home / f"index-{size}", settings)
            target = TARGET if size == TARGET_AT else None
            yield Measurement(f"a search in {size:,} passages", tuple(times), target, size=size)


def times_at(size: int, folder: Path, settings: Settings) -> list[float]:
    """Make an index and ask it questions, after one that loads what is needed."""
    texts = fill(size, folder, settings)
    chance = random.Random(size)
    asked = [question(chance, texts) for _ in range(QUESTIONS)]
    with Index.open(folder, settings) as index:
        index.search("weights are loaded now", rerank=False)
        return [
            seconds_of(lambda words=words: index.search(words, rerank=False))  # type: ignore[misc]
            for _ in range(RUNS)
            for words in asked
        ]


def question(chance: random.Random, texts: Sequence[str]) -> str:
    """A question with words of one passage, rare ones among them."""
    some = chance.sample(chance.choice(texts).split(), 7)
    return f"What was the {' '.join(some)} of the company?"


def fill(size: int, folder: Path, settings: Settings) -> list[str]:
    """Write catalog and vectors directly; returns the texts that were embedded."""
    Index.open(folder, settings, write=True).close()
    chance = random.Random(0)
    flow = words(chance)
    texts = [" ".join(islice(flow, PASSAGE)) for _ in range(min(SEEDS, size))]
    rows = open_text_embedder(settings).embed(texts)
    with Catalog(folder / "catalog.db", write=True) as catalog:
        ids = list(documents(catalog, size, flow))
        place = f"looktwice-{catalog.meta('id')}"
    noise = np.random.default_rng(0)
    with Vectors(folder / "vectors", write=True, name=place) as vectors:
        for at in range(0, size, A_PAGE * A_DOCUMENT):
            part = ids[at : at + A_PAGE * A_DOCUMENT]
            near = noisy(rows, len(part), noise)
            vectors.add("passages", [one for one, _ in part], near, [of for _, of in part])
    return texts


def documents(catalog: Catalog, size: int, flow: Iterator[str]) -> Iterator[tuple[int, int]]:
    """Store documents of made-up words; gives the ids of each passage and its document."""
    chance = random.Random(1)
    made = 0
    while made < size:
        called = f"report {name(chance)} {made}"
        key, _ = catalog.begin(f"{made:064d}", type="txt", title=called, bytes=1)
        pages = []
        for number in range(1, A_DOCUMENT + 1):
            if made >= size:
                break
            count = min(A_PAGE, size - made)
            pages.append(page(number, [" ".join(islice(flow, PASSAGE)) for _ in range(count)]))
            made += count
        for page_ids in catalog.add_pages(key, pages, called):
            yield from ((one, key) for one in page_ids)
        catalog.publish(key, [NewFile(f"/made/{key}.txt", called, 1, 1)])


def page(number: int, passages: Sequence[str]) -> tuple[Page, list[Chunk]]:
    """A page of a few passages, one a line."""
    cuts, at = list[Chunk](), 0
    for passage in passages:
        cuts.append(Chunk(at, at + len(passage)))
        at += len(passage) + 1
    return Page(number, "\n".join(passages)), cuts


def noisy(rows: NDArray[np.float32], count: int, noise: np.random.Generator) -> NDArray[np.float32]:
    """Vectors of length one near some of these; shape [count, dimensions]."""
    picked = rows[noise.integers(0, len(rows), count)]
    added = noise.standard_normal(picked.shape, np.float32)
    near = picked + NOISE * added / np.linalg.norm(added, axis=1, keepdims=True)
    return np.asarray(near / np.linalg.norm(near, axis=1, keepdims=True), np.float32)
