"""Prompts to ask again: some that everybody has, and those a user kept, beside the chats."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .history import ChatHistory

SHIPPED = (
    "Read out everything, line by line.",
    "Summarise this in five sentences.",
    "List all items with their prices as a table.",
    "Who issued this, on which date, and what is to be paid by when?",
    "Translate this into English, line by line.",
    "Describe this picture for somebody who cannot see it.",
    "What changed from the first to the second?",
)
"""What people ask of pictures and documents most."""
_MOST = 100
"""Prompts a user may keep; the oldest goes."""
_TABLE = """
CREATE TABLE IF NOT EXISTS prompts (
    id INTEGER PRIMARY KEY, owner TEXT NOT NULL, words TEXT NOT NULL, kept REAL NOT NULL,
    UNIQUE (owner, words));
"""


@dataclass(frozen=True, slots=True)
class KeptPrompt:
    """A prompt that a user kept."""

    id: int
    words: str


class PromptStore:
    """Prompts of all users in the file of past chats; what is somebody else's does not exist.

    Args:
        history: the chats.
        longest: characters of a prompt.
    """

    def __init__(self, history: ChatHistory, longest: int) -> None:
        self._history, self._longest = history, longest
        with history.writing() as db:
            db.executescript(_TABLE)

    def keep(self, owner: str, words: str) -> None:
        """Keep a prompt; one that is kept already, or says nothing, changes nothing."""
        words = words.strip()[: self._longest]
        if not words or words in SHIPPED:
            return
        with self._history.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO prompts (owner, words, kept) VALUES (?, ?, ?)",
                (owner, words, time.time()),
            )
            db.execute(
                "DELETE FROM prompts WHERE owner = ? AND id NOT IN"
                " (SELECT id FROM prompts WHERE owner = ? ORDER BY kept DESC LIMIT ?)",
                (owner, owner, _MOST),
            )

    def remove(self, owner: str, number: int) -> None:
        """Forget a prompt."""
        with self._history.writing() as db:
            db.execute("DELETE FROM prompts WHERE owner = ? AND id = ?", (owner, number))

    def of(self, owner: str) -> list[KeptPrompt]:
        """What a user kept, newest first."""
        with self._history.writing() as db:
            rows = db.execute(
                "SELECT id, words FROM prompts WHERE owner = ? ORDER BY kept DESC, id DESC",
                (owner,),
            ).fetchall()
        return [KeptPrompt(number, words) for number, words in rows]
