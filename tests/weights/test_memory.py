"""What a card has room for: mocked ones of every usual size."""

from __future__ import annotations

import pytest
from looktwice.settings import Settings
from looktwice.weights import hardware, memory, resolve
from looktwice.weights.registry import CATALOGUE

GIB = 2**30

CARDS = {
    4: None,
    6: ("qwen3.5-2b", 4),
    8: ("qwen3.5-4b", 4),
    12: ("qwen3.5-4b", 4),
    16: ("qwen3.5-4b", 16),
    24: ("qwen3.5-4b", 16),
    48: ("qwen3.5-9b", 16),
    80: ("qwen3.5-9b", 16),
}
"""GiB of a card -> its chat model and the bits of it."""


@pytest.mark.parametrize(("gib", "chat"), CARDS.items())
def test_what_is_chosen_fits_beside_the_experts_with_3_gb_left(
    gib: int, chat: tuple[str, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "has_gpu", lambda: True)
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(gib * GIB))
    settings = Settings.load(pack="gpu")
    choice = resolve.resolve_model(settings)
    found = memory.fit(gib * GIB)
    if chat is None:
        assert (found.rung, choice.kind) == (None, "llamacpp")
        assert "starter" in found.explained()
        return
    assert (choice.target, choice.bits) == chat
    # Counted anew, from the weights that the settings really name.
    weight = CATALOGUE[choice.target]
    taken = weight.gpu_bytes_4bit if choice.bits == 4 else weight.gpu_bytes
    experts = {n for n in resolve.names_in("gpu", settings) if n != choice.target}
    taken += sum(CATALOGUE[name].gpu_bytes for name in experts)
    assert 0 < taken + 3e9 <= gib * GIB
    assert taken + 3e9 == found.needed
    assert choice.target in found.explained()


def test_large_cards_also_find_pages_by_their_look() -> None:
    sets = {gib: memory.fit(gib * GIB).experts for gib in (8, 16, 24, 48)}
    assert sets == {8: "starter", 16: "gpu", 24: "pages", 48: "pages+reranker"}


def test_memory_that_others_hold_shrinks_the_chat_model_and_keeps_the_experts() -> None:
    """An index made with these embedders must open as long as the card is the same."""
    whole, half, little = (memory.fit(24 * GIB, free * GIB) for free in (23, 18, 8))
    assert whole.experts == half.experts == little.experts == "pages"
    assert whole.rung is not None
    assert (whole.rung.chat, whole.rung.bits) == ("qwen3.5-4b", 16)
    assert half.rung is not None
    assert (half.rung.chat, half.rung.bits) == ("qwen3.5-4b", 4)
    assert little.rung is not None
    assert little.rung.parts == {}  # the experts run on the processor meanwhile
    assert "on the processor" in little.explained()
    assert memory.fit(24 * GIB, 2 * GIB).rung is None


def test_what_is_free_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    memory.fit_here.cache_clear()
    free = iter([40 * GIB, 1 * GIB])
    monkeypatch.setattr(hardware, "has_gpu", lambda: True)
    monkeypatch.setattr(hardware, "gpu_bytes", lambda: 48 * GIB)
    monkeypatch.setattr(hardware, "free_gpu_bytes", lambda: next(free))
    try:
        assert memory.fit_here() == memory.fit_here()
    finally:
        memory.fit_here.cache_clear()
