"""What the page offers at its start: a model that sees, where the one in use does not and one would fit."""

from __future__ import annotations

from ...agent.assistant import Assistant
from ...weights.choices import chat_options


def seeing_model(assistant: Assistant) -> str:
    """The name of the chat model to take on this machine; "" where the one in use sees, or none fits."""
    if assistant.can_see():
        return ""
    options = chat_options(assistant.settings)
    return next((option.name for option in options if option.recommended), "")
