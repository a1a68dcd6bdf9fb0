"""Text embedders: words in, unit vectors out."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..convert import text_embedder_path
from ..errors import WeightsError
from ..settings import Settings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = [
    "OnnxTextEmbedder",
    "SentenceEmbedder",
    "TextEmbedder",
    "Vectors",
    "open_text_embedder",
]

Vectors = NDArray[np.float32]
Loaded = TypeVar("Loaded")

_WINDOW = 512
"""Texts that are cut into tokens together, so that a long list is not held as tokens at once."""
_BATCH_TOKENS = 1024
"""Tokens the model reads at once, padding and all; twice as many are no faster and take more memory."""


class TextEmbedder(Protocol):
    """Anything that turns texts into vectors whose dot product says how alike they are."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit-length rows, shape [len(texts), dimensions]."""
        ...


def open_text_embedder(settings: Settings) -> TextEmbedder:
    """The text embedder of the pack in use.

    Nothing is loaded, fetched or converted before the first text; what goes wrong then is a
    `WeightsError`.
    """
    return _ChosenEmbedder(lambda: _embedder_in(text_embedder_path(settings), settings.threads))


class OnnxTextEmbedder:
    """A model that `convert` wrote, loaded at first use; safe for threads, several may embed at once.

    Args:
        folder: gives the folder of `model.onnx` and `tokenizer.json` when it is first wanted. The
            model takes `input_ids` and `attention_mask` and gives `sentence`, unit-length rows.
        threads: CPU threads; 0 takes every core this process may use.
    """

    def __init__(self, folder: Callable[[], Path], threads: int = 0) -> None:
        self._parts = _Once(lambda: _open_onnx(folder(), threads))

    def embed(self, texts: Sequence[str]) -> Vectors:
        tokenizer, session = self._parts()
        if not texts:
            return self.embed([""])[:0]
        windows = [texts[at : at + _WINDOW] for at in range(0, len(texts), _WINDOW)]
        return np.concatenate([_embed_window(tokenizer, session, window) for window in windows])


class SentenceEmbedder:
    """A sentence-transformers model from a local folder, loaded at first use, safe for threads.

    Args:
        folder: gives the model's folder (fetching it if need be) when it is first wanted.
    """

    def __init__(self, folder: Callable[[], Path]) -> None:
        self._model = _Once(lambda: _open_sentence_transformer(folder()))
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        model = self._model()
        if not texts:
            return self.embed([""])[:0]
        clean = [_well_formed(text) for text in texts]
        with self._lock:
            rows = model.encode(clean, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)


class _ChosenEmbedder:
    """Finds out which embedder it is when the first text comes."""

    def __init__(self, choose: Callable[[], TextEmbedder]) -> None:
        self._embedder = _Once(choose)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._embedder().embed(texts)


class _Once(Generic[Loaded]):
    """Calls a function once, for whichever thread comes first; a failure is tried again next time."""

    def __init__(self, load: Callable[[], Loaded]) -> None:
        self._load = load
        self._loaded: Loaded | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded


def _embedder_in(folder: Path, threads: int) -> TextEmbedder:
    if (folder / "model.onnx").is_file():
        return OnnxTextEmbedder(lambda: folder, threads)
    return SentenceEmbedder(lambda: folder)


def _open_sentence_transformer(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), local_files_only=True)


def _open_onnx(folder: Path, threads: int) -> tuple[Tokenizer, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or _cores()
    # Threads that spin while they wait take the cores from the chat model, and from each other.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # whatever the libraries say, this folder cannot be used
        raise WeightsError(f"{folder}: not a text embedder ({error})") from error
    return tokenizer, session


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _embed_window(tokenizer: Tokenizer, session: Any, texts: Sequence[str]) -> Vectors:
    encodings = tokenizer.encode_batch_fast([_well_formed(text) for text in texts])
    tokens = [encoding.ids for encoding in encodings]
    order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
    batches = _batches([tokens[at] for at in order])
    found = [session.run(["sentence"], _padded(batch))[0] for batch in batches]
    rows: Vectors = np.empty((len(texts), found[0].shape[1]), np.float32)
    rows[order] = np.concatenate(found)
    return rows


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


def _well_formed(text: str) -> str:
    """Without the half characters (lone surrogates) that broken PDFs yield and tokenizers refuse."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
