"""Text embedders as ONNX: the starter pack's, without torch and its start-up time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import WeightsError
from ...extensions.extras import needs
from ...settings import DeviceName
from .runtime import Once, Vectors, cores, onnx_session, unit, well_formed

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["OnnxTextEmbedder"]

_WINDOW = 512
"""Texts that are cut into tokens together, so that a long list is not held as tokens at once."""
_BATCH_TOKENS = 1024
"""Tokens the model reads at once, padding and all; twice as many are no faster and take more memory."""


class _Parts(NamedTuple):
    tokenizer: Tokenizer
    counter: Tokenizer
    """The same, but it cuts nothing off."""
    session: Once[Any]
    """All threads read one batch: the soonest answer to a question."""
    threads: int
    single: Once[Any]
    """One thread reads a batch, and others read others meanwhile: a fifth more texts a second, and no
    core waits for one that another program has taken."""


class OnnxTextEmbedder:
    """A model that `convert` wrote, loaded at first use; safe for threads, several may embed at once.

    Args:
        name: of the weights.
        folder: gives the folder of `model.onnx` and `tokenizer.json` when it is first wanted. The
            model takes `input_ids` and `attention_mask` and gives `sentence`, unit-length rows.
        threads: CPU threads; 0 takes every core this process may use.
        device: where it runs, as the settings name it.
    """

    def __init__(
        self,
        name: str,
        folder: Callable[[], Path],
        threads: int = 0,
        device: DeviceName = "cpu",
    ) -> None:
        self.name = name
        self._parts = Once(lambda: _open(folder(), threads, device))

    @property
    def max_tokens(self) -> int | None:
        cut: dict[str, Any] | None = self._parts().tokenizer.truncation
        return None if cut is None else int(cut["max_length"])

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return self.embed([""])[:0]
        parts = self._parts()
        windows = [texts[at : at + _WINDOW] for at in range(0, len(texts), _WINDOW)]
        return np.concatenate([_embed_window(parts, window) for window in windows])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embed(texts)

    def embed_words(self, texts: Sequence[str]) -> list[Vectors]:
        """The vector of each word piece of each text in its place there, of unit length."""
        parts = self._parts()
        encodings = parts.tokenizer.encode_batch_fast([well_formed(text) for text in texts])
        found: list[Vectors] = []
        for encoding in encodings:
            (rows,) = parts.session().run(["words"], _padded([encoding.ids]))
            inner = [at for at, mark in enumerate(encoding.special_tokens_mask) if not mark]
            found.append(unit(rows[0][inner]))
        return found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        counter, counts = self._parts().counter, list[int]()
        for at in range(0, len(texts), _WINDOW):
            clean = [well_formed(text) for text in texts[at : at + _WINDOW]]
            counts += [len(encoding.ids) for encoding in counter.encode_batch_fast(clean)]
        return counts


def _open(folder: Path, threads: int, device: DeviceName) -> _Parts:
    with needs("embedders"):
        from tokenizers import Tokenizer

    try:
        tokenizer, counter = (Tokenizer.from_file(str(folder / "tokenizer.json")) for _ in range(2))
    except Exception as error:  # whatever the library says, this folder cannot be used
        raise WeightsError(f"{folder}: not a text embedder ({error})") from error
    counter.no_truncation()
    count = threads or cores()

    def session(each: int) -> Once[Any]:
        return Once(lambda: onnx_session(folder / "model.onnx", each, "a text embedder", device))

    together = session(count)
    return _Parts(tokenizer, counter, together, count, together if count == 1 else session(1))


def _embed_window(parts: _Parts, texts: Sequence[str]) -> Vectors:
    encodings = parts.tokenizer.encode_batch_fast([well_formed(text) for text in texts])
    tokens = [encoding.ids for encoding in encodings]
    order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
    found = _embed_batches(parts, list(_batches([tokens[at] for at in order])))
    rows: Vectors = np.empty((len(texts), found[0].shape[1]), np.float32)
    rows[order] = np.concatenate(found)
    return rows


def _embed_batches(parts: _Parts, batches: Sequence[list[list[int]]]) -> list[Vectors]:
    session = (parts.session if len(batches) == 1 else parts.single)()

    def run(batch: list[list[int]]) -> Vectors:
        rows: Vectors = session.run(["sentence"], _padded(batch))[0]
        return rows

    if len(batches) == 1 or parts.threads == 1:
        return [run(batch) for batch in batches]
    with ThreadPoolExecutor(parts.threads) as pool:
        return list(pool.map(run, batches))


def _batches(tokens: Sequence[list[int]]) -> Iterator[list[list[int]]]:
    """Neighbours of texts sorted by length, shortest first: little padding, and bounded memory."""
    batch: list[list[int]] = []
    for ids in tokens:
        if batch and (len(batch) + 1) * len(ids) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(ids)
    yield batch


def _padded(batch: Sequence[list[int]]) -> dict[str, NDArray[np.int64]]:
    """Token ids as one rectangle; what is padding is masked, so its id does not matter."""
    longest = max(len(ids) for ids in batch)
    rows = np.zeros((len(batch), longest), np.int64)
    mask = np.zeros_like(rows)
    for at, ids in enumerate(batch):
        rows[at, : len(ids)] = ids
        mask[at, : len(ids)] = 1
    return {"input_ids": rows, "attention_mask": mask}
