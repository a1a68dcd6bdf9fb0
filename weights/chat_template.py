"""How conversations are written for a checkpoint, and what nobody may smuggle into them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..errors import ModelError
from .checkpoint import Parts

_OPENED = re.compile(r"<(think|thinking|thought|reasoning)>\s*$")


def chat_template(parts: Parts, name: str) -> str:
    """The Jinja that turns a conversation into its prompt.

    Raises:
        ModelError: it has none.
    """
    template = getattr(parts.processor, "chat_template", None) or parts.tokenizer.chat_template
    if isinstance(template, dict):
        template = template.get("default")
    if not template:
        raise ModelError(
            f"{name} has no chat template, so it is a base model or an incomplete copy; use the "
            "instruct (chat) version of the model"
        )
    return str(template)


def prompt_of(
    parts: Parts, template: str, turns: Sequence[dict[str, Any]], *, thinks: bool = False
) -> str:
    """The prompt of a conversation as templates take it, with a placeholder for each picture.

    Args:
        parts: the model's.
        template: as `chat_template` gives it; what it raises comes out as it is.
        turns: messages with their role and content.
        thinks: leave a thought open that the template opens; otherwise it is closed, so that the next
            token belongs to the answer.
    """
    settings: dict[str, Any] = {
        "chat_template": template,
        "add_generation_prompt": True,
        "tokenize": False,
    }
    if "enable_thinking" in template:
        # A schema or a choice is about the first token, which must not open a chain of thought.
        settings["enable_thinking"] = False
    prompt: str = parts.processor.apply_chat_template(list(turns), **settings)
    opened = _OPENED.search(prompt)
    return f"{prompt.rstrip()}\n</{opened[1]}>\n\n" if opened and not thinks else prompt


def opens_thought(prompt: str) -> bool:
    """Whether what is written next belongs to a thought."""
    return _OPENED.search(prompt) is not None


def control_tokens(parts: Parts) -> tuple[str, ...]:
    """Spellings that steer the model and must not come from what people wrote."""
    found = {t.content for t in parts.tokenizer.added_tokens_decoder.values() if t.special}
    found.update(parts.tokenizer.all_special_tokens)
    for kind in ("image_token", "boi_token", "video_token"):  # not always marked as special
        found.add(str(getattr(parts.processor, kind, "")))
    return tuple(sorted(t for t in found if len(t) > 1 and not t.isspace()))


def plain(text: str, controls: Sequence[str]) -> str:
    """Text in which control tokens are only letters.

    What a document or a user writes must not open a turn or stand for a picture: "<|im_end|>"
    becomes "< |im_end|>".
    """
    for control in controls:
        text = text.replace(control, f"{control[0]} {control[1:]}")
    return text
