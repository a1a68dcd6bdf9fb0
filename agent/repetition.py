"""When a model says the same again and again: small ones do, in long answers, until their tokens end."""

from __future__ import annotations

import re

from .backends.base import OnToken

_TIMES, _TIMES_OF_A_BLOCK = 5, 3
"""How often a line, or several in turn, may come one after the other: a receipt may hold four coffees."""
_LONGEST_BLOCK = 12
_LETTERS = 3  # fewer are rules and blanks, or cells that are alike
_EVERY = 24  # characters between two looks
_LONGEST_WORDS, _TIMES_OF_WORDS = 60, 10
"""Characters of words that come without a break between lines, and how often they may."""
_MARKS = 200
"""Dashes and the like at the end of a line, without end: a line across a paper is shorter."""
_NUMBERING = re.compile(r"^\s*(?:[-*•|]|\d{1,3}[.)])*\s*")


class RepetitionWatch:
    """Listens to an answer as it is written, and says when it only repeats itself.

    Args:
        on_token: is told each piece, until then.
    """

    def __init__(self, on_token: OnToken | None = None) -> None:
        self._on_token = on_token
        self._text = ""
        self._looked_at = 0
        self.repeats = False

    def __call__(self, piece: str) -> None:
        if self.repeats:
            return
        self._text += piece
        if self._on_token is not None:
            self._on_token(piece)
        if len(self._text) - self._looked_at >= _EVERY:
            self._looked_at = len(self._text)
            self.repeats = once(self._text) is not None


def once(text: str) -> str | None:
    """The text up to the end of what it then repeats; None where it ends otherwise."""
    return _lines_once(text) or _words_once(text) or _without_marks(text)


def _lines_once(text: str) -> str | None:
    lines = text.split("\n")[:-1]  # the last is not complete
    plain = [_NUMBERING.sub("", line).strip() for line in lines]
    for size in range(1, min(_LONGEST_BLOCK, len(lines) // 2) + 1):
        block = plain[-size:]
        if sum(map(str.isalpha, "".join(block))) < _LETTERS:
            continue
        first = len(lines) - size
        times = 1
        while first >= size and plain[first - size : first] == block:
            first -= size
            times += 1
        if times >= (_TIMES if size == 1 else _TIMES_OF_A_BLOCK):
            return "\n".join(lines[: first + size])
    return None


def _words_once(text: str) -> str | None:
    for size in range(2, _LONGEST_WORDS + 1):
        words = text[-size:]
        if not text.endswith(words * _TIMES_OF_WORDS) or sum(map(str.isalpha, words)) < 2:
            continue
        end = len(text)
        while text.endswith(words, 0, end - size):
            end -= size
        return text[:end].rstrip()
    return None


def _without_marks(text: str) -> str | None:
    end = len(text)
    while end and not text[end - 1].isalnum() and text[end - 1] != "\n":
        end -= 1
    return text[:end].rstrip() if len(text) - end >= _MARKS else None
