"""What is used in a `with` block is closed at its end, also when it fails."""

from __future__ import annotations

import pytest
from looktwice.closing import Closing


class Lamp(Closing):
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_it_is_itself_inside_and_closed_after() -> None:
    with Lamp() as lamp:
        assert isinstance(lamp, Lamp)
        assert lamp.closed == 0
    assert lamp.closed == 1


def test_a_failure_closes_it_and_goes_on() -> None:
    lamp = Lamp()
    with pytest.raises(KeyError), lamp:
        raise KeyError
    assert lamp.closed == 1


def test_a_class_without_close_is_none() -> None:
    class Never(Closing):
        pass

    with pytest.raises(TypeError, match="close"):
        Never()  # type: ignore[abstract]
