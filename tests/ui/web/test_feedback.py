"""Thumbs, kept beside the chats."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import BadInput
from looktwice.ui.web.feedback import FeedbackStore
from looktwice.ui.web.history import ChatHistory

from .kit import exchange


def test_the_last_word_counts_and_goes_with_its_chat(tmp_path: Path) -> None:
    history = ChatHistory(tmp_path / "chats.db")
    store = FeedbackStore(history)
    chat = history.add("ann", None, exchange("What is the total?"))
    store.give("ann", chat, 0, good=True)
    store.give("ann", chat, 0, "9.10", good=False)
    (found,) = store.every()
    assert (found.good, found.words, found.exchange.answer.text) == (False, "9.10", "8.20")
    with pytest.raises(BadInput):
        store.give("bob", chat, 0, good=True)
    with pytest.raises(BadInput):
        store.give("ann", chat, 1, good=True)
    history.remove("ann", chat)
    assert store.every() == []
    history.close()
