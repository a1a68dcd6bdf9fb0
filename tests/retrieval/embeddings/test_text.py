"""Text embedders: one protocol, light where the pack has one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.errors import WeightsError
from looktwice.retrieval.embeddings import onnx as embed_onnx
from looktwice.retrieval.embeddings import runtime
from looktwice.retrieval.embeddings import text as embed
from looktwice.retrieval.embeddings.onnx import OnnxTextEmbedder
from looktwice.retrieval.embeddings.sentence import SentenceEmbedder
from looktwice.retrieval.embeddings.text import as_text_embedder, open_text_embedder
from looktwice.settings import Settings
from looktwice.weights import obtain, packs
from looktwice.weights.convert import prepare
from looktwice.weights.onnx_providers import say_fallback

from .kit import LONGEST, TABLE, WORDS, write_toy


def by_hand(text: str) -> Any:
    """What the toy model should give: the mean of its words' rows, as a unit vector."""
    known = [WORDS.index(word) if word in WORDS else 1 for word in text.split()]
    mean = TABLE[[0, *known][:LONGEST]].mean(axis=0)
    return mean / np.linalg.norm(mean)


texts = st.lists(st.sampled_from((*WORDS[2:], "never")), max_size=30).map(" ".join)


@given(st.lists(texts, min_size=1, max_size=12))
def test_rows_are_unit_vectors_in_the_order_of_the_texts(
    embedder: OnnxTextEmbedder, given_texts: list[str]
) -> None:
    """Whatever the windows and batches: both are made so small here that every list has several."""
    expected = np.stack([by_hand(text) for text in given_texts])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embed_onnx, "_WINDOW", 5)
        patch.setattr(embed_onnx, "_BATCH_TOKENS", 20)
        rows = embedder.embed(given_texts)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, expected, atol=1e-5)


@given(st.lists(st.integers(1, 256), min_size=1, max_size=60).map(sorted))
def test_a_batch_holds_a_bounded_number_of_tokens(lengths: list[int]) -> None:
    tokens = [[at] * length for at, length in enumerate(lengths)]
    batches = list(embed_onnx._batches(tokens))
    assert [ids for batch in batches for ids in batch] == tokens
    for batch, following in zip(batches, [*batches[1:], None], strict=True):
        assert len(batch) * len(batch[-1]) <= embed_onnx._BATCH_TOKENS
        if following:  # one more would not have fitted
            assert (len(batch) + 1) * len(following[0]) > embed_onnx._BATCH_TOKENS


def test_a_text_longer_than_a_batch_goes_alone() -> None:
    long = [0] * (embed_onnx._BATCH_TOKENS + 1)
    assert list(embed_onnx._batches([[1], long, long])) == [[[1]], [long], [long]]


def test_no_texts_give_no_rows_of_the_right_width(embedder: OnnxTextEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 6)


@pytest.mark.parametrize("text", ["dogs \ud800", "\udfff dogs", "dogs \ud83d\ude00"])
def test_half_characters_are_read_as_unknown_ones(embedder: OnnxTextEmbedder, text: str) -> None:
    rows = embedder.embed([text, "dogs never"])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


def test_it_loads_once_and_not_before_the_first_text(toy: Path) -> None:
    asked: list[int] = []
    together = threading.Barrier(8)

    def folder() -> Path:
        asked.append(threading.get_ident())
        return toy

    lazy = OnnxTextEmbedder("toy", folder)
    assert not asked

    def work(number: int) -> Any:
        together.wait()
        return lazy.embed([WORDS[2 + number % 8]] * 3)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(8)))
    assert len(asked) == 1
    for number, rows in enumerate(found):
        np.testing.assert_allclose(rows, [by_hand(WORDS[2 + number % 8])] * 3, atol=1e-5)


def test_a_failure_to_load_is_not_remembered(toy: Path) -> None:
    folders = iter([Path("nowhere"), toy])
    lazy = OnnxTextEmbedder("toy", lambda: next(folders))
    with pytest.raises(WeightsError, match="not a text embedder"):
        lazy.embed(["dogs"])
    assert lazy.embed(["dogs"]).shape == (1, 6)


@pytest.mark.parametrize("damaged", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_an_error_in_words(tmp_path: Path, damaged: str) -> None:
    (write_toy(tmp_path) / damaged).write_bytes(b"nonsense")
    with pytest.raises(WeightsError, match=rf"{tmp_path.name}.*: not a text embedder"):
        OnnxTextEmbedder("damaged", lambda: tmp_path).embed(["dogs"])


@pytest.mark.parametrize(("threads", "expected"), [(3, 3), (0, runtime.cores())])
def test_the_threads_are_the_ones_asked_for(toy: Path, threads: int, expected: int) -> None:
    session = runtime.onnx_session(toy / "model.onnx", threads, "a toy")
    assert session.get_session_options().intra_op_num_threads == expected


def test_an_engine_that_fails_is_replaced_by_the_processor_with_a_line(
    toy: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import onnxruntime

    whole = onnxruntime.InferenceSession

    def without_driver(
        path: str, options: Any, providers: list[str], *more: Any, **how: Any
    ) -> Any:
        if providers[0] == "CUDAExecutionProvider":
            raise RuntimeError("no driver")
        return whole(path, options, providers, *more, **how)

    monkeypatch.setattr(onnxruntime, "InferenceSession", without_driver)
    monkeypatch.setattr(
        onnxruntime,
        "get_available_providers",
        lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"],
    )
    say_fallback.cache_clear()
    rows = OnnxTextEmbedder("toy", lambda: toy, threads=1, device="auto").embed(["how many dogs"])
    np.testing.assert_allclose(rows, [by_hand("how many dogs")], atol=1e-5)
    (line,) = [m for m in caplog.messages if "processor" in m]
    assert "no driver" in line


def opened(monkeypatch: pytest.MonkeyPatch, path: Callable[..., Path]) -> embed.TextEmbedder:
    monkeypatch.setattr(embed, "text_embedder_path", path)
    return open_text_embedder(Settings(threads=1))


def test_the_onnx_embedder_is_opened_where_there_is_one(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = opened(monkeypatch, lambda _: toy).embed(["how many dogs"])
    np.testing.assert_allclose(rows, [by_hand("how many dogs")], atol=1e-5)


@pytest.mark.usefixtures("_fake")
def test_sentence_transformers_is_opened_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = opened(monkeypatch, lambda _: tmp_path).embed(["ab"])
    assert rows.tolist() == [[2.0, 0.0]]


def test_what_goes_wrong_comes_with_the_first_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Settings) -> Path:
        raise WeightsError("offline")

    embedder = opened(monkeypatch, fail)
    for _ in range(2):  # and again: no half-made embedder is kept
        with pytest.raises(WeightsError, match="offline"):
            embedder.embed(["dogs"])


@given(st.lists(texts, max_size=12))
def test_tokens_are_counted_beyond_what_is_read(
    embedder: OnnxTextEmbedder, given_texts: list[str]
) -> None:
    assert embedder.max_tokens == LONGEST
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embed_onnx, "_WINDOW", 5)
        counts = embedder.count_tokens(given_texts)
    assert counts == [1 + len(text.split()) for text in given_texts]


def test_counting_leaves_the_reading_as_it_was(toy: Path) -> None:
    counted, plain = (OnnxTextEmbedder("toy", lambda: toy) for _ in range(2))
    long = " ".join(["dogs", "many"] * LONGEST)
    assert counted.count_tokens([long]) == [1 + 2 * LONGEST]
    np.testing.assert_array_equal(counted.embed([long]), plain.embed([long]))


@pytest.mark.parametrize(
    ("pack", "name"), [("starter", "all-minilm-l6-v2@53aa5117"), ("gpu", "qwen3-embedding-0.6b")]
)
def test_the_name_is_known_before_anything_is_there(home: Path, pack: Any, name: str) -> None:
    settings = Settings(home=home, pack=pack, offline=True)
    assert open_text_embedder(settings).name == name
    assert not any(home.iterdir())


def test_the_chosen_embedder_passes_everything_on(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = opened(monkeypatch, lambda _: toy)
    assert (chosen.max_tokens, chosen.count_tokens(["how many"])) == (LONGEST, [3])
    np.testing.assert_array_equal(chosen.embed_queries(["dogs"]), chosen.embed(["dogs"]))


class OnlyEmbeds:
    """What a user may hand in; the same texts always give the same rows, up to the last digits."""

    def __init__(self, seed: int = 0, noise: float = 0.0) -> None:
        self.seed, self.noise = seed, noise
        self.calls = 0

    def embed(self, given_texts: Any) -> Any:
        self.calls += 1
        rows = [
            np.random.default_rng([self.seed, *text.encode()]).normal(size=64)
            for text in given_texts
        ]
        return (np.array(rows) * (1 + self.noise)).astype(np.float32)


class Others(OnlyEmbeds):
    pass


class Named(OnlyEmbeds):
    name = "mine"
    max_tokens = 7

    def embed_queries(self, given_texts: Any) -> Any:
        return -self.embed(given_texts)

    def count_tokens(self, given_texts: Any) -> list[int]:
        return [len(text) for text in given_texts]


def test_an_embedder_without_a_name_is_known_by_what_it_does() -> None:
    names = [as_text_embedder(e).name for e in (OnlyEmbeds(), OnlyEmbeds(1), Others())]
    assert len(set(names)) == 3
    assert all("OnlyEmbeds@" in name for name in names[:2])
    assert as_text_embedder(OnlyEmbeds(noise=1e-5)).name == names[0]  # another machine


def test_its_name_is_found_out_once() -> None:
    embedder = OnlyEmbeds()
    completed = as_text_embedder(embedder)
    assert embedder.calls == 0
    assert completed.name == completed.name
    assert embedder.calls == 1


def test_what_an_embedder_does_not_say_is_filled_in() -> None:
    completed = as_text_embedder(OnlyEmbeds())
    np.testing.assert_array_equal(completed.embed_queries(["a b"]), completed.embed(["a b"]))
    assert completed.max_tokens is None
    assert completed.count_tokens(["two words", ""]) == [2, 0]


def test_what_an_embedder_says_is_passed_on() -> None:
    completed = as_text_embedder(Named())
    assert (completed.name, completed.max_tokens) == ("mine", 7)
    np.testing.assert_array_equal(completed.embed_queries(["a"]), -completed.embed(["a"]))
    assert completed.count_tokens(["abc"]) == [3]


LIGHT = """
import sys
from pathlib import Path
from looktwice.retrieval.embeddings.onnx import OnnxTextEmbedder
assert "onnxruntime" not in sys.modules
rows = OnnxTextEmbedder("toy", lambda: Path(sys.argv[1])).embed(["how many dogs"])
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "huggingface_hub"}
print(rows.shape, sorted(heavy & set(sys.modules)))
"""


def test_embedding_imports_nothing_that_takes_seconds(toy: Path) -> None:
    command = [sys.executable, "-c", LIGHT, str(toy)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=120)
    assert (done.stdout, done.stderr) == ("(1, 6) []\n", "")


VARIED = (
    "",
    "receipt",
    "How many people are waiting for the bus?",
    "图片里有多少人？请数一数。",
    "日本語のテキスト、한국어, и по-русски, مرحبا بالعالم",
    "😀🎉 party 🚀",
    " \n\t ",
    "naïve café ÉÀ ﬁne",
    "1,234.56 € (12/31/2019)",
    "[CLS] [MASK] [PAD]",
    "a" * 5000,
    " ".join(f"word{number % 37} {number}" for number in range(300)),
    " ".join(["Net sales rose by 4.2% in the third quarter, driven by services."] * 50),
)


@pytest.mark.weights
def test_it_gives_the_vectors_that_sentence_transformers_gives(starter_settings: Settings) -> None:
    ours = open_text_embedder(starter_settings)
    name = packs.PACKS["starter"]["text"]
    theirs = SentenceEmbedder(name, lambda: obtain.ensure(name, starter_settings))
    rows, expected = ours.embed(VARIED), theirs.embed(VARIED)
    assert rows.shape == (len(VARIED), 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert (rows * expected).sum(axis=1).min() >= 0.9999


@pytest.mark.weights
def test_the_starter_packs_embedder_is_the_light_one(starter_settings: Settings) -> None:
    folder = prepare.text_embedder_path(starter_settings)
    assert sorted(p.name for p in folder.glob("[!.]*")) == ["model.onnx", "tokenizer.json"]
    question, alike, other = open_text_embedder(starter_settings).embed(
        ["How many dogs are there?", "How many dogs can you see?", "What is the receipt's total?"]
    )
    assert question @ alike > 0.7
    assert question @ other < 0.3
