"""Weights in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from looktwice.cli.show.weights import show_weights
from looktwice.weights.state import WeightState

from .show_kit import shown


def weight(**more: Any) -> WeightState:
    given: dict[str, Any] = {
        "name": "a-weight-with-quite-a-long-name-1.5b",
        "packs": ("starter", "gpu"),
        "purpose": "sees [red] things",
        "licence": "Apache-2.0",
        "homepage": "nowhere",
        "size": 1_234_567_890,
        "status": "missing",
        "path": Path("here"),
    }
    return WeightState(**{**given, **more})


@pytest.mark.parametrize("status", ["verified", "present", "missing", "damaged"])
def test_weights(status: str) -> None:
    given = weight(status=status, detail="it is [half] there")
    out = " ".join(shown(lambda c: show_weights([given], c), width=200).split())
    assert given.name in out
    assert "sees [red] things" in out
    assert "1,235 MB" in out
    assert "Apache-2.0" in out
    assert f"{status} it is [half] there" in out


def test_names_to_be_copied_are_never_cut() -> None:
    out = shown(lambda c: show_weights([weight()], c), width=60)
    assert weight().name in out
