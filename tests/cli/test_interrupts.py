"""Ctrl-C while a long command runs."""

from __future__ import annotations

import signal

from looktwice.cli.progress import cancelling


def test_the_first_ctrl_c_asks_and_the_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    told: list[str] = []
    with cancelling(lambda: told.append("stopping")) as control:
        signal.raise_signal(signal.SIGINT)
        assert control.cancelled
        assert told == ["stopping"]
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL  # a second one kills
    assert signal.getsignal(signal.SIGINT) is before
