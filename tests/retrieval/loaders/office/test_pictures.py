"""Pictures of office documents: large enough to hold words, or none."""

from __future__ import annotations

import pytest
from looktwice.retrieval.loaders.office.pictures import inset_of

from .kit import png


@pytest.mark.parametrize(("width", "height"), [(300, 100), (60, 24), (3000, 2500)])
def test_large_ones_come_along(width: int, height: int) -> None:
    inset = inset_of(png(width, height), 4)
    assert inset is not None
    assert inset.after == 4
    assert len(inset.rgb) == 3 * inset.size[0] * inset.size[1] <= 12_000_000


@pytest.mark.parametrize(
    "data", [png(40, 20), png(1000, 24), b"\x01\x00\x00\x00EMF", b"", png()[:60]]
)
def test_icons_rules_drawings_and_broken_ones_are_passed_over(data: bytes) -> None:
    assert inset_of(data, 0) is None
