"""What readers found right or wrong becomes a suite."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from looktwice.cli.app import app
from looktwice.errors import UsageError
from looktwice.evals.task import inside, read_tasks
from looktwice.media.store import Store
from looktwice.settings import Settings
from looktwice.ui.web.feedback import FeedbackStore
from looktwice.ui.web.history import ChatHistory
from typer.testing import CliRunner

from ...agent.kit import picture
from ...ui.web.kit import exchange


def test_marked_answers_become_tasks_with_their_pictures(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOOKTWICE_HOME", str(home))
    settings = Settings(home=home)
    shown = Store(settings.store_dir).add(picture(3), "receipt.png")
    history = ChatHistory(home / "chats.db")
    feedback = FeedbackStore(history)
    chat = history.add("ann", None, exchange("The total?", sent_pictures=(shown,)))
    for words in ("And the date?", "And the shop?"):
        history.add("ann", chat, exchange(words, text="1 May"))
    feedback.give("ann", chat, 0, good=True)
    feedback.give("ann", chat, 1, "2 May", good=False)
    feedback.give("ann", chat, 2, good=False)
    history.close()
    suite = tmp_path / "suite"
    done = CliRunner().invoke(app, ["eval", "from-feedback", str(suite), "--json"])
    assert json.loads(done.stdout) == {"folder": str(suite), "tasks": 2, "left_out": 1}
    right, wrong = read_tasks(suite)
    assert (right.question, right.truth.answers, right.kind) == ("The total?", ("8.20",), "right")
    assert inside(suite, right.images[0]).read_bytes()
    assert (wrong.truth.answers, wrong.kind) == (("2 May",), "wrong")
    again = CliRunner().invoke(app, ["eval", "from-feedback", str(suite)])
    assert isinstance(again.exception, UsageError)
