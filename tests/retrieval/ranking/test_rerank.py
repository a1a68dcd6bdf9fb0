"""rerank: a question and each passage are read together, and every passage gets a probability."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from looktwice.errors import WeightsError
from looktwice.retrieval.embeddings.runtime import Vectors
from looktwice.retrieval.ranking import rerank
from looktwice.retrieval.ranking.rerank import CrossReranker, WordReranker, open_reranker
from looktwice.settings import Settings

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "what", "was", "the", "total", "net", "sales", "rose")
PASSAGES = ("net sales rose", "the total", "", "sales " * 400, "the total was net sales")


def write_model(folder: Path, labels: int) -> Path:
    """A BERT of the real architecture, tiny and never trained; its scores are spread to be told apart."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    vocabulary = {word: at for at, word in enumerate(WORDS)}
    BertTokenizerFast(vocab=vocabulary).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_labels=labels,
        initializer_range=1.0,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("reranker"), labels=1)


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossReranker:
    return CrossReranker("tiny", lambda: folder, batch=2)


def by_hand(folder: Path, query: str, passage: str) -> float:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    model = AutoModelForSequenceClassification.from_pretrained(str(folder)).eval()
    given = tokenizer([query], [passage], truncation=True, max_length=512, return_tensors="pt")
    with torch.inference_mode():
        return float(torch.sigmoid(model(**given).logits)[0, 0])


def test_scores_are_probabilities_in_the_order_of_the_passages(
    reranker: CrossReranker, folder: Path
) -> None:
    scores = reranker.score("what was the total", PASSAGES)
    expected = [by_hand(folder, "what was the total", passage) for passage in PASSAGES]
    np.testing.assert_allclose(scores, expected, atol=1e-4)
    assert all(type(score) is float for score in scores)
    assert max(scores) - min(scores) > 0.05


def test_question_and_passage_are_not_the_same_thing(reranker: CrossReranker) -> None:
    there, back = reranker.score("total", ["sales"]), reranker.score("sales", ["total"])
    assert abs(there[0] - back[0]) > 1e-3


def test_half_characters_do_no_harm(reranker: CrossReranker) -> None:
    broken = reranker.score("total \ud800", ["net \udfff"])
    assert broken == pytest.approx(reranker.score("total", ["net"]), abs=1e-5)


def test_no_passages_load_nothing() -> None:
    def never() -> Path:
        raise AssertionError("loaded")

    assert CrossReranker("tiny", never).score("total", []) == []


def test_it_is_loaded_once_for_all_threads(folder: Path, reranker: CrossReranker) -> None:
    asked: list[int] = []
    together = threading.Barrier(4)
    lazy = CrossReranker("tiny", lambda: asked.append(1) or folder)  # type: ignore[func-returns-value]

    def work(_: int) -> list[float]:
        together.wait()
        return lazy.score("total", PASSAGES)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(4)))
    np.testing.assert_allclose(found, [reranker.score("total", PASSAGES)] * 4, atol=1e-4)
    assert asked == [1]


def test_a_classifier_of_several_labels_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path, labels=3)
    with pytest.raises(WeightsError, match=r"not a reranker \(it gives 3 scores"):
        CrossReranker("three", lambda: tmp_path).score("total", ["sales"])


def test_a_folder_without_a_model_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=f"{tmp_path.name}: not a reranker"):
        CrossReranker("none", lambda: tmp_path).score("total", ["sales"])


@pytest.mark.parametrize(("pack", "name"), [("starter", None), ("gpu", "bge-reranker-v2-m3")])
def test_the_packs_reranker_is_known_before_it_is_there(
    home: Path, pack: Any, name: str | None
) -> None:
    found = open_reranker(Settings(home=home, pack=pack, offline=True))
    assert (found and found.name) == name
    assert not any(home.iterdir())


def test_the_opened_one_takes_the_packs_weights(
    folder: Path, reranker: CrossReranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rerank, "reranker_path", lambda settings: folder)
    opened = open_reranker(Settings(pack="gpu"))
    assert opened is not None
    assert opened.score("total", ["sales"]) == pytest.approx(reranker.score("total", ["sales"]))


class Letters:
    """A vector for each word: which letters it has."""

    def embed_words(self, texts: Sequence[str]) -> list[Vectors]:
        return [self._rows(text) for text in texts]

    def _rows(self, text: str) -> Vectors:
        words = text.casefold().split()
        rows = np.zeros((len(words), 26), np.float32)
        for row, word in zip(rows, words, strict=True):
            row[[ord(c) - ord("a") for c in word]] = 1
            row /= np.linalg.norm(row)
        return rows


def test_a_passage_is_as_good_as_the_best_matches_of_the_questions_words() -> None:
    scores = WordReranker(Letters()).score("red bus", ["a red bus here", "red car", "", "bus"])
    assert scores[0] == pytest.approx(1.0)
    assert scores[0] > scores[1] > scores[2] == 0.0
    assert WordReranker(Letters()).score("red", []) == []
