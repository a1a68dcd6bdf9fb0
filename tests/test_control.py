"""Stopping a run: by hand, by the clock, from any thread."""

from __future__ import annotations

import threading

import pytest
from looktwice.control import Control
from looktwice.errors import Cancelled, DeadlinePassed, Stopped


def test_without_a_limit_it_runs_on() -> None:
    control = Control()
    control.check()
    assert not control.should_stop
    assert (control.remaining(), control.remaining(5)) == (None, 5)


def test_somebody_stops_it_from_another_thread() -> None:
    control = Control(60)
    thread = threading.Thread(target=control.cancel)
    thread.start()
    thread.join()
    assert control.cancelled
    assert control.should_stop
    assert not control.expired
    with pytest.raises(Cancelled):
        control.check()


def test_its_time_runs_out() -> None:
    control = Control(0)
    assert control.expired
    assert control.should_stop
    assert not control.cancelled
    assert control.remaining() == control.remaining(5) == 0
    with pytest.raises(DeadlinePassed):
        control.check()


def test_what_is_left_is_never_more_than_asked_for() -> None:
    left = Control(60).remaining()
    assert left is not None
    assert 50 < left <= 60
    assert Control(60).remaining(5) == 5


def test_pressing_stop_counts_more_than_the_clock() -> None:
    control = Control(0)
    control.cancel()
    with pytest.raises(Stopped) as stopped:
        control.check()
    assert isinstance(stopped.value, Cancelled)


def test_a_part_ends_with_the_whole_and_may_end_alone() -> None:
    whole = Control(60.0)
    first, second = whole.part(), whole.part()
    first.cancel()
    assert (first.should_stop, second.should_stop, whole.should_stop) == (True, False, False)
    left = second.remaining()
    assert left is not None
    assert 0 < left <= 60
    whole.cancel()
    assert second.should_stop
    assert Control(0.0).part().expired


def test_waiting_for_others_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100, 1000))  # each look at it is a second later
    monkeypatch.setattr("looktwice.control.time.monotonic", lambda: float(next(clock)))
    control = Control(seconds=30)
    with control.waiting():
        with control.part().waiting():
            before = control.remaining()
            assert [next(clock) for _ in range(60)]
            assert not control.expired
        assert control.remaining() == before
    assert 25 < (control.remaining() or 0) < 30
    assert [next(clock) for _ in range(30)]
    assert control.expired


def test_waiting_can_be_stopped() -> None:
    control = Control(seconds=10)
    with control.waiting():
        control.cancel()
        assert control.should_stop


def test_without_a_deadline_waiting_changes_nothing() -> None:
    control = Control()
    with control.waiting():
        assert control.remaining() is None
    assert not control.should_stop
