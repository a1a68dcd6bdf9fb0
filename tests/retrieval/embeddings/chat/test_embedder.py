"""Rows of a chat model: of unit length, without what all share, under a name that the words belong to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from looktwice.retrieval.embeddings.chat import embedder
from looktwice.retrieval.embeddings.chat.embedder import ChatPictures, ChatTexts, ShownPrompt
from PIL import Image

DOG, CAT = "A dog sleeps.", "A cat sleeps."


class Narrow:
    """A model whose states lie in a narrow cone, as those of models that write do."""

    name = "narrow"

    def __init__(self) -> None:
        self.seen: list[ShownPrompt] = []

    def read(self, prompts: Sequence[ShownPrompt]) -> np.ndarray:
        self.seen += prompts
        rows = [np.random.default_rng([*p.words.encode()]).normal(size=16) for p in prompts]
        return (np.array(rows) + 20).astype(np.float32)


def test_what_all_rows_share_is_taken_off() -> None:
    rows = Narrow().read([ShownPrompt(DOG), ShownPrompt(CAT)])
    raw = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert raw[0] @ raw[1] > 0.98
    opened = ChatTexts(Narrow()).embed([DOG, CAT])
    np.testing.assert_allclose(np.linalg.norm(opened, axis=1), 1, atol=1e-5)
    assert abs(opened[0] @ opened[1]) < 0.7


def test_the_words_around_a_text_are_those_of_the_paper_and_the_mean_is_found_once() -> None:
    model = Narrow()
    texts = ChatTexts(model)
    first, second = texts.embed([DOG]), texts.embed_queries([DOG])
    np.testing.assert_array_equal(first, second)
    asked = [prompt.words for prompt in model.seen]
    assert asked.count(f"{DOG}\nSummary above sentence in one word:") == 2
    assert len(asked) == 2 + len(embedder._MIDDLE)


def test_pictures_and_words_lie_in_one_space() -> None:
    model = Narrow()
    pictures = ChatPictures(model)
    wide = Image.new("RGBA", (4000, 500), "red")
    rows = pictures.embed([wide])
    (shown,) = [prompt for prompt in model.seen if prompt.picture is not None]
    assert shown.picture is not None
    assert (shown.picture.mode, shown.picture.size) == ("RGB", (768, 96))
    assert wide.size == (4000, 500)
    assert shown.words == "Summary above image in one word:"
    np.testing.assert_array_equal(pictures.embed_words([DOG]), ChatTexts(Narrow()).embed([DOG]))
    assert rows.shape == (1, 16)
    assert pictures.embed([]).shape == pictures.embed_words([]).shape == (0, 16)


def test_a_text_without_end_and_half_characters_are_bounded() -> None:
    model = Narrow()
    ChatTexts(model).embed(["\ud800" * 100_000])
    assert len(model.seen[-1].words) < 8_100
    model.seen[-1].words.encode()


def test_other_words_make_other_rows_so_the_name_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ChatTexts(Narrow()).name
    assert before.startswith("narrow, ")
    assert ChatPictures(Narrow()).name == before
    monkeypatch.setattr(embedder, "_OF_TEXT", "{}\nIn one word:")
    assert ChatTexts(Narrow()).name != before
