"""When a model says the same again and again: small ones do, in long answers, until their tokens end."""

from __future__ import annotations

import re

from .backends.base import OnToken

_TIMES, _TIMES_OF_A_BLOCK = 5, 3
"""How often a line, or several in turn, may come one after the other: a receipt may hold four coffees."""
_LONGEST_BLOCK = 12
_LETTERS = 3  # fewer are rules and blanks, or cells that are alike
_EVERY = 24  # characters between two looks
_TAIL = 800  # characters that are looked at for words without end
_WORDS = re.compile(r"(.{2,60}?)\1{9,}$", re.DOTALL)
_MARKS = re.compile(r"(?:[^\w\s] ?){120,}$")
"""Dashes without end; a line across a paper is shorter."""
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
    found = _WORDS.search(text, max(0, len(text) - _TAIL))
    if found is None or sum(map(str.isalpha, found.group(1))) < 2:
        return None
    return text[: found.start() + len(found.group(1))].rstrip()


def _without_marks(text: str) -> str | None:
    found = _MARKS.search(text, max(0, len(text) - _TAIL))
    return text[: found.start()].rstrip() if found else None
