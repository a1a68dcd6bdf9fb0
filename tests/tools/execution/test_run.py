"""A tool that raises or hangs costs its own call."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from looktwice.control import Control
from looktwice.errors import (
    BadInput,
    Cancelled,
    DeadlinePassed,
    OfflineError,
    ToolError,
)
from looktwice.media.store import Store
from looktwice.tools.base import Tool, tool
from looktwice.tools.context import Context

from ..kit import failing, run


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ToolError("no such town", "not_found"), "not_found"),
        (BadInput("x.png", "is broken"), "bad_arguments"),
        (OfflineError("no weights"), "unavailable"),
        (DeadlinePassed("over"), "timeout"),
        (ZeroDivisionError("oh"), "failed"),
        (SystemExit(3), "failed"),
        (MemoryError(), "failed"),
    ],
)
def test_what_a_tool_raises_becomes_data(context: Context, error: BaseException, kind: str) -> None:
    failure = run(failing(error), context).error
    assert failure is not None
    assert failure.kind == kind
    assert "Traceback" not in failure.message
    if kind == "failed":
        assert type(error).__name__ in failure.message


def hanging() -> tuple[Tool, threading.Event, threading.Event]:
    started, release = threading.Event(), threading.Event()

    @tool
    def hang() -> str:
        """Hangs."""
        started.set()
        release.wait(60)
        return "late"

    return hang, started, release


def test_a_tool_that_hangs_is_left_alone(context: Context) -> None:
    hang, started, release = hanging()
    result = run(hang, context, timeout=0.05)
    assert result.error is not None
    assert result.error.kind == "timeout"
    assert "0.05 seconds" in result.error.message
    assert started.wait(10)
    release.set()


def test_the_tools_own_limit_and_the_runs_clock_shorten_the_wait(tmp_path: Path) -> None:
    hang, _, release = hanging()
    short = tool(name="hang", timeout=0.05)(hang.function)
    context = Context((), Store(tmp_path), Control())
    late = Context((), Store(tmp_path), Control(seconds=0.05))
    for target, where in ((short, context), (hang, late)):
        error = run(target, where, timeout=60).error
        assert error is not None
        assert error.kind == "timeout"
    release.set()


def test_cancelling_ends_the_wait_at_once(context: Context) -> None:
    hang, started, release = hanging()

    def cancel() -> None:
        started.wait(10)
        context.control.cancel()

    threading.Thread(target=cancel, daemon=True).start()
    with pytest.raises(Cancelled):
        run(hang, context, timeout=60)
    release.set()
