"""A stream that unpacks to too much is refused before it does."""

from __future__ import annotations

import pytest
from looktwice.settings import DocumentLimits

from ... import pdf_kit
from .kit import LIMITS, Maker, fault


@pytest.mark.parametrize("expanded", [2**24, 2**30])
def test_a_bomb_is_refused_before_it_unpacks(make: Maker, expanded: int) -> None:
    path = make.folder / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(expanded))
    reason = fault(path, DocumentLimits(expanded=min(expanded // 2, LIMITS.expanded)))
    assert "unpacks to more than" in reason


def test_a_bomb_in_a_bomb_is_small_but_refused(make: Maker) -> None:
    path = make.folder / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(2**26, twice=True))
    assert path.stat().st_size < 4000
    assert "unpacks to more than" in fault(path, DocumentLimits(expanded=2**25))
