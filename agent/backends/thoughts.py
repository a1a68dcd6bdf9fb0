"""Chains of thought, kept apart from answers."""

from __future__ import annotations

import re
from collections.abc import Callable

_OPENING = re.compile(r"\s*<(think|thinking|thought|reasoning)>")
_CLOSING = re.compile(r"</(think|thinking|thought|reasoning)>\s*")
_LONGEST = len("</reasoning>")


class ThoughtFilter:
    """Passes on what belongs to the answer, piece by piece.

    A thought stands before the answer, between `<think>` and `</think>` (or tags of that kind). Where a
    template has opened it already, only its end is seen.

    Args:
        pass_on: called with each piece of the answer.
        opened: whether a thought is open before the first piece.

    Attributes:
        thought: letters of thoughts so far.
        thinking: whether a thought is open now.
        unopened: letters that were passed on before the end of a thought that nobody had opened, and
            that belonged to it; None where there was no such thought.
    """

    def __init__(self, pass_on: Callable[[str], None], *, opened: bool = False) -> None:
        self._pass_on = pass_on
        self._held = ""
        self._begun = False  # the answer has
        self._after_thought = opened
        self.thinking = opened
        self.thought = 0
        self.unopened: int | None = None
        self._passed = 0

    def feed(self, piece: str) -> None:
        """Take the next piece of what the model writes."""
        self._held += piece
        if self.thinking:
            self._through_thought()
        if not self.thinking:
            self._through_answer()

    def end(self) -> None:
        """Nothing more comes: what was held back is passed on, unless it is a thought."""
        held, self._held = self._held, ""
        if self.thinking:
            self.thought += len(held)
        elif held:
            self._give(held)

    def _through_thought(self) -> None:
        end = _CLOSING.search(self._held)
        if end is None:
            kept = self._held[-_LONGEST:]  # may be the beginning of the tag
            self.thought += len(self._held) - len(kept)
            self._held = kept
            return
        self.thought += end.start()
        self._held = self._held[end.end() :]
        self.thinking, self._after_thought = False, True

    def _through_answer(self) -> None:
        if not self._begun and self._opens():
            return
        if (end := _CLOSING.search(self._held)) is not None:
            self.thought += end.start()
            self.unopened = self._passed
            self._held = self._held[end.end() :]
            self._begun, self._after_thought = False, True
        if self._after_thought and not self._begun:
            self._held = self._held.lstrip()
        safe = _safe(self._held)
        give, self._held = self._held[:safe], self._held[safe:]
        if give:
            self._give(give)

    def _opens(self) -> bool:
        """Take the opening tag, or wait for the rest of what may become one."""
        if self._after_thought:
            return False
        found = _OPENING.match(self._held)
        if found is not None:
            self._held = self._held[found.end() :]
            self.thinking = True
            self._through_thought()
            return self.thinking
        text = self._held.lstrip()
        return any(f"<{tag}>".startswith(text) for tag in _TAGS)

    def _give(self, text: str) -> None:
        self._begun = True
        self._passed += len(text)
        self._pass_on(text)


_TAGS = ("think", "thinking", "thought", "reasoning")


def _safe(text: str) -> int:
    """How much of a text cannot belong to a closing tag that is still to come."""
    start = text.rfind("</", max(0, len(text) - _LONGEST))
    if start < 0:
        return len(text) - text.endswith("<")
    return start if any(f"</{tag}>".startswith(text[start:]) for tag in _TAGS) else len(text)
