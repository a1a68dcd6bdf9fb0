"""The loop's prompts, put into the few sentences that the world's model was taught.

So the whole loop can be measured with eyes of 1.4 million parameters: what it asks, in which order and of
which pictures is the loop's; what is seen in them is the model's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from looktwice.agent.backends.base import Attends, ChatModel, Choice, Message, Reply
from looktwice.schema import Picture
from looktwice.tools.looking.regions import HeatMap

from ..agent.kit import what_is_asked
from .model import SIDE
from .questions import DIGITS, YES_NO
from .scenes import COLOURS, SHAPES

WORDS = (*COLOURS, *SHAPES, *YES_NO, *DIGITS)
"""All the world's model ever answers."""


class Interpreter:
    """A chat model for the loop (`ChatModel`), with the world's model behind it.

    A draft is its answer to the bare question. How sure it is of one, and which of two it takes, is the
    probability of their words. Whether a part shows what is asked it was taught as the loop asks it.
    """

    def __init__(self, model: ChatModel) -> None:
        self.model = model
        self.name, self.sees_images = model.name, True
        self.context_tokens, self.picture_pixels = 32_768, SIDE**2

    def generate(self, messages: Sequence[Message], **_: Any) -> Reply:
        """The world's word for an answer; see `ChatModel.generate`."""
        if what_is_asked(messages) == "plan":
            return Reply(text='{"stages": []}')
        return self.model.generate(self.bare(messages), max_tokens=4)

    def choose(self, messages: Sequence[Message], options: Sequence[str], **_: Any) -> Choice:
        """What the probabilities of its words come to; see `ChatModel.choose`."""
        kind, prompt = what_is_asked(messages), messages[-1].text
        if kind == "talk":  # whether a part shows it
            return self.model.choose(messages[-1:], options)
        likely = self.model.choose(self.bare(messages), WORDS).probabilities
        if kind == "answerable":
            sure = max(likely.values())
        elif kind == "right":
            sure = likely.get(_after("Proposed answer: ", prompt), 0.0)
        else:
            one, two = (likely.get(_after(f"{start}: ", prompt), 0.0) for start in _pair(prompt))
            sure = one / (one + two) if one + two else 0.5
        return Choice(probabilities={options[0]: sure, options[1]: 1 - sure})

    def close(self) -> None:
        """Whoever made the model closes it."""

    def bare(self, messages: Sequence[Message]) -> list[Message]:
        prompt = messages[-1]
        question = _after("Question: ", prompt.text) or prompt.text
        return [Message(role="user", text=question, pictures=prompt.pictures)]


class AttentiveInterpreter(Interpreter):
    """For a model that shows where it looks; see `backends.base.Attends`."""

    def attention(self, messages: Sequence[Message], picture: Picture, **_: Any) -> HeatMap:
        """Its own."""
        model: Attends = self.model  # type: ignore[assignment]  # `interpreted` looked
        return model.attention(self.bare(messages), picture)


def interpreted(model: ChatModel) -> Interpreter:
    """An interpreter that can do what the model can."""
    return (AttentiveInterpreter if isinstance(model, Attends) else Interpreter)(model)


def _pair(prompt: str) -> tuple[str, str]:
    return ("Answer A", "Answer B") if "Answer A: " in prompt else ("Reading A", "Reading B")


def _after(start: str, prompt: str) -> str:
    """The rest of the line that begins so; "" where none does."""
    found = re.search(rf"^{re.escape(start)}(.*)$", prompt, re.MULTILINE)
    return found[1].strip() if found else ""
