"""A model of weights in the whole loop: it reads and looks for real, and says what a script wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from looktwice.agent.backends.base import CallCost, ChatModel, Choice, Message, Reply

from .kit import Script


class Driven:
    """Small weights say nothing of use; what they cost on the loop's own prompts is real.

    Args:
        model: reads every prompt and looks at every picture.
        script: gives the words and the probabilities.

    Attributes:
        prompts: tokens of each prompt that began with the rules and held a picture.
        shown: the pictures that came in prompts.
    """

    def __init__(self, model: ChatModel, script: Script) -> None:
        self.model, self.script = model, script
        self.name, self.sees_images = model.name, True
        self.context_tokens = model.context_tokens
        self.picture_pixels = getattr(model, "picture_pixels", None)
        self.prompts: list[int] = []
        self.shown: set[str] = set()

    def generate(self, messages: Sequence[Message], **how: Any) -> Reply:
        """One token of its own, the script's words."""
        reply = self.model.generate(messages, max_tokens=1)
        self._note(messages, reply)
        said = self.script.reply(messages, how.get("schema"))
        return reply.model_copy(update={"text": said, "finish": "stop"})

    def choose(self, messages: Sequence[Message], options: Sequence[str], **_: Any) -> Choice:
        """A pass of its own, the script's probabilities."""
        choice = self.model.choose(messages, ("yes", "no"))  # which every vocabulary has
        self._note(messages, choice)
        chances = self.script.choice(messages, options)
        return choice.model_copy(update={"probabilities": chances})

    def close(self) -> None:
        """Whoever made the model closes it."""

    def _note(self, messages: Sequence[Message], cost: CallCost) -> None:
        shown = {p.sha256 for message in messages for p in message.pictures}
        if shown and len(messages) > 1:
            self.prompts.append(cost.prompt_tokens)
        self.shown |= shown
