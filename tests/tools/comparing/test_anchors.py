"""Long texts are cut before they are aligned, and the same is found."""

from __future__ import annotations

from random import Random

import pytest
from looktwice.tools.comparing import anchors


def test_a_long_text_is_compared_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(1)
    first = [str(rng.randrange(200)) for _ in range(3000)]
    second = list(first)
    second[700:700] = ["new", "words"]
    second[1500] = "other"
    del second[2500:2503]
    whole = list(anchors.steps_between(first, second))
    monkeypatch.setattr(anchors, "_WHOLE", 20_000)
    assert list(anchors.steps_between(first, second)) == whole
    assert sum(step[1] - step[0] for step in whole) == 4  # words that are gone
    assert sum(step[3] - step[2] for step in whole) == 3


def test_texts_without_a_word_in_common_are_replaced_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(anchors, "_WHOLE", 100)
    assert list(anchors.steps_between(["a"] * 20, ["b"] * 30)) == [(0, 20, 0, 30)]
