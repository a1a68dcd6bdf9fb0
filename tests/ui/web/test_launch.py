"""`looktwice ui` as a process: who may listen where."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.ui.http.logs import EndsQuietly
from looktwice.ui.http.server import bind
from looktwice.ui.web.launch import check_page_host


def test_other_machines_need_passwords(tmp_path: Path) -> None:
    assert check_page_host("127.0.0.1", None)
    assert check_page_host("::1", None)
    assert not check_page_host("0.0.0.0", tmp_path / "users")
    with pytest.raises(UsageError, match="passwords"):
        check_page_host("0.0.0.0", None)
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(UsageError, match="--port"):
            bind("127.0.0.1", taken.getsockname()[1])


def test_pages_that_are_cut_off_at_the_end_are_no_errors() -> None:
    def shown(message: str, error: BaseException | None = None) -> bool:
        cause = None if error is None else (type(error), error, None)
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, message, (), cause)
        return EndsQuietly().filter(record)

    assert not shown("Exception in ASGI application", asyncio.CancelledError())
    assert not shown("Cancel 3 running task(s), timeout graceful shutdown exceeded")
    assert shown("Exception in ASGI application", ValueError())
