"""Rare words weigh more."""

from __future__ import annotations

from looktwice.agent.text.rarity import rarity


def test_what_few_texts_hold_weighs_most() -> None:
    weights = rarity({"the", "net", "goodwill"}, [{"the", "net"}, {"the"}, {"the", "net", "x"}])
    assert weights["goodwill"] > weights["net"] > weights["the"] > 0
    assert set(weights) == {"the", "net", "goodwill"}
    assert rarity(set(), []) == {}
