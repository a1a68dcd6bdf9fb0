"""Conversations as a model's chat template writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ....errors import ModelError
from ..base import Message
from .checkpoint import Parts, chat_template, control_tokens

EMPTY_THOUGHT = "<think>\n\n</think>\n\n"
"""Written for a model that would think by itself, where its answer is wanted at once."""
_OPENED = re.compile(r"<(think|thinking|thought|reasoning)>\s*$")


class PromptRenderer:
    """Writes prompts for one checkpoint.

    Args:
        parts: its model and processor.
        name: what it is called, for messages.

    Raises:
        ModelError: it has no chat template.
    """

    def __init__(self, parts: Parts, name: str) -> None:
        self._parts, self._name = parts, name
        self._template = chat_template(parts, name)
        self._controls = control_tokens(parts)

    def write(self, messages: Sequence[Message], *, thinks: bool = False) -> str:
        """The prompt, with a placeholder for each picture.

        Args:
            messages: what was said so far.
            thinks: leave a thought open that the template opens; otherwise it is closed, so that
                the next token belongs to the answer.

        Raises:
            ModelError: the template cannot hold this conversation.
        """
        from jinja2 import TemplateError

        try:
            prompt = self._apply(messages)
        except TemplateError as error:
            if messages and messages[0].role == "system":  # some models know no such role
                return self.write(without_system(messages), thinks=thinks)
            raise ModelError(f"{self._name} cannot hold this conversation: {error}") from error
        except (ValueError, TypeError, IndexError, KeyError, RuntimeError) as error:
            raise ModelError(f"{self._name} could not read the prompt: {error}") from error
        opened = _OPENED.search(prompt)
        return f"{prompt.rstrip()}\n</{opened[1]}>\n\n" if opened and not thinks else prompt

    def opens_thought(self, prompt: str) -> bool:
        """Whether what is written next belongs to a thought."""
        return _OPENED.search(prompt) is not None

    def _apply(self, messages: Sequence[Message]) -> str:
        settings: dict[str, Any] = {
            "chat_template": self._template,
            "add_generation_prompt": True,
            "tokenize": False,
        }
        if "enable_thinking" in self._template:
            # A schema or a choice is about the first token, which must not open a chain of thought.
            settings["enable_thinking"] = False
        prompt: str = self._parts.processor.apply_chat_template(self._turns(messages), **settings)
        return prompt

    def _turns(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """Messages as chat templates expect them: pictures before the text, in their order."""
        turns: list[dict[str, Any]] = []
        for message in messages:
            text = plain(message.text, self._controls)
            content: Any = text
            if self._parts.sees_images:
                content = [{"type": "image"} for _ in message.pictures]
                content.append({"type": "text", "text": text})
            turns.append({"role": message.role, "content": content})
        return turns


def plain(text: str, controls: Sequence[str]) -> str:
    """Text in which control tokens are only letters.

    What a document or a user writes must not open a turn or stand for a picture: "<|im_end|>"
    becomes "< |im_end|>".
    """
    for control in controls:
        text = text.replace(control, f"{control[0]} {control[1:]}")
    return text


def without_system(messages: Sequence[Message]) -> list[Message]:
    """The system message put before the first user turn, for templates that have no such role."""
    system, *rest = messages
    if not rest:
        return [Message(role="user", text=system.text, pictures=system.pictures)]
    first, *others = rest
    return [
        first.model_copy(
            update={
                "text": f"{system.text}\n\n{first.text}",
                "pictures": system.pictures + first.pictures,
                "shared": len(system.text) + 2 + first.shared if first.shared else 0,
            }
        ),
        *others,
    ]
