"""How weights stand, told without changing anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.settings import Settings
from looktwice.weights import (
    registry,
    state,
)

from .kit import (
    settings_at,
)


def test_state_lists_the_whole_catalogue(home: Path) -> None:
    states = state.states(settings_at(home))
    assert [s.name for s in states] == list(registry.CATALOGUE)
    assert {s.status for s in states} == {"missing"}
    assert list(home.iterdir()) == []  # looking writes nothing


@pytest.mark.weights
def test_the_starter_pack_is_what_it_should_be(starter_settings: Settings) -> None:
    assert {s.status for s in state.verify(starter_settings, "starter")} == {"verified"}
