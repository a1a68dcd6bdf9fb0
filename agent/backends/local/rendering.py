"""Conversations as a model's chat template writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....errors import ModelError
from ....weights.chat_template import chat_template, control_tokens, plain, prompt_of
from ....weights.checkpoint import Parts
from ..base import Message

EMPTY_THOUGHT = "<think>\n\n</think>\n\n"
"""Written for a model that would think by itself, where its answer is wanted at once."""


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
            turns = self._turns(messages)
            return prompt_of(self._parts, self._template, turns, thinks=thinks)
        except TemplateError as error:
            if messages and messages[0].role == "system":  # some models know no such role
                return self.write(without_system(messages), thinks=thinks)
            raise ModelError(f"{self._name} cannot hold this conversation: {error}") from error
        except (ValueError, TypeError, IndexError, KeyError, RuntimeError) as error:
            raise ModelError(f"{self._name} could not read the prompt: {error}") from error

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
