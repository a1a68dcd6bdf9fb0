"""Models of sentence-transformers as embedders."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from looktwice.errors import WeightsError
from looktwice.retrieval.embeddings.sentence import SentenceEmbedder


@pytest.mark.usefixtures("_fake")
def test_other_models_go_through_sentence_transformers(tmp_path: Path) -> None:
    asked: list[Path] = []
    embedder = SentenceEmbedder("any", lambda: asked.append(tmp_path) or tmp_path)  # type: ignore[func-returns-value]
    assert not asked
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: embedder.embed(["a"]), range(8)))
    assert asked == [tmp_path]
    rows = embedder.embed(["abc", "\ud800"])
    assert (rows.dtype, rows.tolist()) == (np.float32, [[3.0, 0.0], [3.0, 0.0]])
    assert embedder.embed([]).shape == (0, 2)


@pytest.mark.usefixtures("_fake")
def test_questions_and_passages_each_have_their_own_prompt(tmp_path: Path) -> None:
    embedder = SentenceEmbedder("any", lambda: tmp_path)
    assert embedder.embed(["abc"]).tolist() == [[3.0, 0.0]]
    assert embedder.embed_queries(["abc"]).tolist() == [[3.0, 1.0]]
    assert embedder.embed_queries([]).shape == (0, 2)


@pytest.mark.usefixtures("_fake")
def test_a_model_that_would_read_a_book_is_held_to_passages(tmp_path: Path) -> None:
    embedder = SentenceEmbedder("any", lambda: tmp_path)
    assert embedder.max_tokens == 1024
    assert embedder.count_tokens(["two words", "", "\ud800"]) == [3, 1, 2]
    assert embedder.count_tokens([]) == []


@pytest.mark.usefixtures("_fake")
def test_a_folder_without_such_a_model_is_an_error_in_words(tmp_path: Path) -> None:
    embedder = SentenceEmbedder("any", lambda: tmp_path / "broken")
    with pytest.raises(WeightsError, match=r"broken: not a text embedder \(no config"):
        embedder.embed(["a"])
