"""`looktwice chat`: a conversation line by line."""

from __future__ import annotations

import builtins
import json
from pathlib import Path

import pytest

from ..agent.backends.fake_server import FakeServer
from .cli_kit import HELLO, TOTAL, Run

pytestmark = pytest.mark.usefixtures("elsewhere", "no_weights")


def test_a_conversation(
    run: Run, server: FakeServer, photo: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["/help", f"/add '{photo}' gone.png", TOTAL, "And the bread?", "/new", HELLO, ""]

    def typed(prompt: str) -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr(builtins, "input", typed)
    done = run("chat", "--model", server.address)
    assert done.code == 0
    assert done.out.count("The total is 8.20.") == 3
    assert "about receipt.png" in done.out
    assert "/add FILE" in done.out
    assert "gone.png" in done.err
    bodies = [json.dumps(chat.body) for chat in server.chats]
    assert any(TOTAL in body and "And the bread?" in body for body in bodies)  # it remembers
    assert TOTAL not in bodies[-1]  # and begins anew
    history = home / "chat_history"
    assert not history.exists() or history.stat().st_mode & 0o077 == 0
