"""Like this, but as words say."""

from __future__ import annotations

from looktwice.retrieval.composed import composed
from looktwice.schema import Passage


def hit(name: str) -> Passage:
    return Passage(document=name, page=1, text=name)


def test_of_what_looks_alike_that_which_the_words_are_true_of_comes_first() -> None:
    alike = [hit(name) for name in ("day", "noon", "night", "letter")]
    night = hit("night").model_copy(update={"found_by": ("label",)})
    found = composed(alike, [hit("report"), night])
    assert [passage.document for passage in found] == ["night", "day", "noon", "letter"]
    assert found[0].score <= 1
    assert found[0].found_by == ("label",)
    assert [p.document for p in composed(alike, [])] == ["day", "noon", "night", "letter"]
