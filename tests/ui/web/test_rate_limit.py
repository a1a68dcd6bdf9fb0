"""How often something may happen."""

from __future__ import annotations

import pytest
from looktwice.ui.web.rate_limit import RateLimiter


def test_a_rate_is_kept_for_each_and_forgets() -> None:
    rate = RateLimiter(2, 60)
    assert [rate.take("a", 0), rate.take("a", 1), rate.take("b", 2)] == [0, 0, 0]
    assert rate.take("a", 30) == pytest.approx(30)
    assert rate.take("a", 61) == 0
