"""The terminal a command writes to."""

from __future__ import annotations

import pytest
from looktwice.cli.show.answers import show_answer
from looktwice.cli.terminal import console

from .show.show_kit import answer


def test_the_command_line_s_console_is_for_pipes_too(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(answer(text="word " * 100), console())
    show_answer(answer(), console(stderr=True))
    out, err = capsys.readouterr()
    assert "word " * 99 + "word" in out  # one line, whatever the width
    assert "That." in err
    assert "\x1b" not in out + err
