"""The catalogue of weights agrees with itself."""

from __future__ import annotations

from pathlib import Path

from looktwice.weights import (
    packs,
    registry,
)
from looktwice.weights.sources import Hub


def test_every_pack_names_weights_of_the_catalogue_and_a_chat_model() -> None:
    for roles in packs.PACKS.values():
        assert set(roles.values()) <= set(registry.CATALOGUE)
        assert registry.CATALOGUE[roles["chat"]].chat
    assert all(
        not isinstance(registry.CATALOGUE[name].source, Hub)
        for name in packs.PACKS["starter"].values()
    )


def test_the_catalogue_adds_up() -> None:
    for weight in registry.CATALOGUE.values():
        if isinstance(weight.source, Hub):
            continue
        for file in weight.source:
            assert sum(part.size for part in file.parts) == file.size
            assert all(len(part.sha256) == 64 for part in file.parts)
            assert not Path(file.name).is_absolute()
            assert ".." not in Path(file.name).parts
            if len(file.parts) == 1:
                assert file.parts[0].sha256 == file.sha256
