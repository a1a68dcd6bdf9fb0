"""`ask_many`: answers in order; what cannot be used costs only itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from . import kit


@pytest.mark.parametrize("workers", [1, 3])
def test_answers_come_in_order(tmp_path: Path, workers: int) -> None:
    asked: list[Any] = [(kit.TOTAL, [kit.picture(7)]), (kit.TOTAL, [b"no picture"]), kit.HELLO]
    with kit.make_assistant(tmp_path) as assistant:
        answers = assistant.ask_many(asked, workers=workers)
    assert [answer.status for answer in answers] == ["answered", "failed", "answered"]
    assert answers[0].text == "8.20"
    assert "not a picture" in answers[1].text
