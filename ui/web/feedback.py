"""Thumbs: which answers their readers found right or wrong, with a word, kept beside the chats."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .conversation import Exchange
from .history import ChatHistory

_MAX_WORDS = 2_000
_TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE, n INTEGER NOT NULL,
    good INTEGER NOT NULL, words TEXT NOT NULL, body TEXT NOT NULL, given REAL NOT NULL,
    PRIMARY KEY (chat, n));
"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thought of one answer.

    Attributes:
        owner: who.
        chat, number: where it stands; `number` counts from 0.
        good: it was right.
        words: what would have been right, or anything else they said.
        exchange: the answer with its question, as it was then.
    """

    owner: str
    chat: str
    number: int
    good: bool
    words: str
    exchange: Exchange


class FeedbackStore:
    """Feedback in the file of past chats; what belongs to a chat goes with it.

    Args:
        history: the chats.
    """

    def __init__(self, history: ChatHistory) -> None:
        self._history = history
        with history.writing() as db:
            db.executescript(_TABLE)

    def give(self, owner: str, chat: str, number: int, words: str = "", *, good: bool) -> None:
        """Keep what somebody thought of an answer; the last time counts.

        Raises:
            BadInput: this owner has no such answer.
        """
        exchange = self._history.exchange(owner, chat, number)
        row = (chat, number, good, words.strip()[:_MAX_WORDS], exchange.model_dump_json())
        with self._history.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?)", (*row, time.time())
            )

    def every(self) -> list[Feedback]:
        """Everybody's, oldest first; for whoever runs the program."""
        with self._history.writing() as db:
            rows = db.execute(
                "SELECT owner, chat, n, good, words, body FROM feedback"
                " JOIN chats ON chats.id = chat WHERE removed IS NULL ORDER BY given"
            ).fetchall()
        return [
            Feedback(owner, chat, n, bool(good), words, Exchange.model_validate_json(body))
            for owner, chat, n, good, words, body in rows
        ]
