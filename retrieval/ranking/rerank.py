"""Reranking: question and passage are compared word by word, or read together.

Which weights a pack takes for it stands in `weights/registry.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import WeightsError
from ...settings import Settings
from ...weights.convert.prepare import reranker_path
from ...weights.devices import device_for
from ...weights.resolve import weight_for
from ..embeddings.runtime import Once, Vectors, chosen_dtype, weight_name, well_formed
from ..embeddings.text import TokenEmbedder

__all__ = ["CrossReranker", "WordReranker", "open_reranker"]

_NEAR = 40
"""Words among which a word of a passage is embedded."""
_MOST_TOKENS = 512
"""Of question and passage together; passages are shorter, and time grows with this."""
_BATCH = 32


class WordReranker:
    """Late interaction (MaxSim; after ColBERT, Khattab and Zaharia 2020) with an embedder's own words.

    One vector for a whole passage forgets its details; here every word of the question looks for its
    best match in the passage. Needs no weights beyond the embedder's. Words are embedded among the
    few that stand near them: in a long passage they would all come to resemble its subject.
    """

    name = "maxsim"
    weight = 0.5

    def __init__(self, embedder: TokenEmbedder) -> None:
        self._embedder = embedder

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """How well each passage matches the question's words: their mean best cosine, 0..1."""
        if not passages:
            return []
        parts = [_parts(passage) for passage in passages]
        question, *read = self._embedder.embed_words([query, *chain.from_iterable(parts)])
        words = iter(read)
        return [_best_matches(question, list(islice(words, len(own)))) for own in parts]


def _parts(passage: str) -> list[str]:
    """Lines next to each other, together some `_NEAR` words."""
    parts: list[str] = []
    words = _NEAR
    for line in passage.splitlines():
        count = len(line.split())
        if words + count > _NEAR:
            parts.append(line)
            words = count
        else:
            parts[-1] += f" {line}"
            words += count
    return parts


def _best_matches(question: Vectors, parts: Sequence[Vectors]) -> float:
    best = [(question @ words.T).max(axis=1) for words in parts if len(words)]
    if not len(question) or not best:
        return 0.0
    return max(0.0, float(np.max(best, axis=0).mean()))


class CrossReranker:
    """A cross-encoder (after Nogueira and Cho, 2019), loaded at first use; safe for threads.

    Args:
        name: of the weights.
        folder: gives the model's folder (fetching it if need be) when it is first wanted.
        batch: pairs the model reads at once.
        device: where torch runs it.
    """

    weight = 0.8

    def __init__(
        self, name: str, folder: Callable[[], Path], batch: int = _BATCH, device: str = "cpu"
    ) -> None:
        self.name = name
        self._batch = batch
        self._model = Once(lambda: _open(folder(), device))
        self._lock = threading.Lock()

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """How well each passage answers the question: a probability, 0..1, in the order given.

        Raises:
            WeightsError: the weights cannot be had or are no reranker.
        """
        if not passages:
            return []
        import torch

        question = well_formed(query)
        pairs = [(question, well_formed(passage)) for passage in passages]
        model = self._model()
        with self._lock:
            scores = model.predict(
                pairs,
                batch_size=self._batch,
                activation_fn=torch.nn.Sigmoid(),
                show_progress_bar=False,
            )
        return [float(score) for score in scores]


def open_reranker(settings: Settings) -> CrossReranker | None:
    """The reranker of the pack in use; None where the pack has none.

    Nothing is loaded or fetched before the first question.
    """
    if weight_for("reranker", settings) is None:
        return None
    name, device = weight_name("reranker", settings), device_for("embedders", settings)
    return CrossReranker(name, lambda: _folder(settings), device=device)


def _folder(settings: Settings) -> Path:
    path = reranker_path(settings)
    assert path is not None  # the pack has one: `open_reranker` looked
    return path


def _open(folder: Path, device: str) -> Any:
    from sentence_transformers import CrossEncoder

    try:
        model = CrossEncoder(
            str(folder),
            device=device,
            local_files_only=True,
            model_kwargs={"dtype": chosen_dtype(device), "use_safetensors": True},
        )
    except Exception as error:  # whatever the libraries say, this folder cannot be used
        raise WeightsError(f"{folder}: not a reranker ({error})") from error
    if model.num_labels != 1:
        raise WeightsError(
            f"{folder}: not a reranker (it gives {model.num_labels} scores, not one)"
        )
    model.max_seq_length = min(model.max_seq_length or _MOST_TOKENS, _MOST_TOKENS)
    return model
