"""Confidences under a temperature."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.assistant import Assistant
from looktwice.agent.calibration import tempered

from . import kit


@given(st.floats(0, 1))
def test_a_temperature_of_one_changes_nothing(confidence: float) -> None:
    assert tempered(confidence, 1.0) == confidence


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(0.05, 20))
def test_the_order_stays(one: float, other: float, temperature: float) -> None:
    low, high = sorted((one, other))
    assert tempered(low, temperature) <= tempered(high, temperature)


def test_heat_draws_towards_a_half() -> None:
    assert tempered(0.9, 2.0) == pytest.approx(0.75)
    assert tempered(0.1, 2.0) == pytest.approx(0.25)
    assert tempered(0.9, 0.5) == pytest.approx(81 / 82)
    assert tempered(0.0, 2.0) == 0.0
    assert 0.5 < tempered(1.0, 2.0) < 1.0


def test_answers_are_as_sure_as_the_settings_say(make: Callable[..., Assistant]) -> None:
    plain = make(kit.Script().model()).ask(kit.TOTAL, [kit.picture()])
    warm = make(kit.Script().model(), thresholds={"temperature": 2.0}).ask(
        kit.TOTAL, [kit.picture()]
    )
    assert plain.text == warm.text
    assert warm.confidence == pytest.approx(tempered(plain.confidence, 2.0), abs=0.001)
    assert warm.confidence != plain.confidence
