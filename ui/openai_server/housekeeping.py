"""What chat programs ask about a conversation itself: its title, follow-up questions, tags, search words.

Open WebUI, LibreChat and others ask the model for these after every answer. Such a prompt quotes the
conversation, and that is how it is known: a message that holds both sides of one is about that
conversation and about nothing a tool could look at, so the model writes the reply by itself, at once.
"""

from __future__ import annotations

import re

_TAGS = ("chat_history", "conversation", "chat", "history")
_SIDE = r"^[ \t>|*#_\-\"']{{0,6}}(?:{names})[ \t*_\"']{{0,4}}:"
_USER = re.compile(_SIDE.format(names="user|human"), re.MULTILINE | re.IGNORECASE)
_ASSISTANT = re.compile(
    _SIDE.format(names="assistant|ai|bot|model|response"), re.MULTILINE | re.IGNORECASE
)

REPLY_TOKENS = 300
"""The longest such reply: some follow-up questions."""


def quotes_a_conversation(text: str) -> bool:
    """Whether a message holds the transcript of a conversation."""
    plain = text.lower()
    if any(f"<{tag}>" in plain and f"</{tag}>" in plain for tag in _TAGS):
        return True
    return _USER.search(text) is not None and _ASSISTANT.search(text) is not None
