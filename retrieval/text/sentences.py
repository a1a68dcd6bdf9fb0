"""How long a text is and where its sentences end, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDE = re.compile(
    "[\u2e80-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)
"""Chinese characters and Japanese syllables: written without spaces, about 0.6 of a word each."""
_RUNNING = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Tibetan, Burmese, Khmer: alphabets without spaces, about five letters a word."""
_LONG_WORD = 20
"""Longer runs of letters are no single word: an address, a key, a formula."""

_END = re.compile(r"(?<![.!?…؟۔।॥։።])[.!?…؟۔।॥։።]++[\"'”’)\]»]*+(?=\s)|[。！？｡]++[」』”’）]*+")
_FOLLOWING = re.compile(r"\s*(\S)")
_WIDE_STOPS = frozenset("。！？｡")
_BEFORE_ONE = frozenset(" \n\t.(")
"""What stands before a letter that stands alone."""


def count_words(text: str) -> float:
    """The length of a text in words of a language that puts spaces between them."""
    if text.isascii():
        return _count_spaced(text)
    text, wide = _WIDE.subn(" ", text)
    text, running = _RUNNING.subn(" ", text)
    return 0.6 * wide + 0.2 * running + _count_spaced(text)


def sentence_ends(text: str) -> Iterator[int]:
    """Where sentences end, as offsets after their last mark; the text's own end is not among them.

    Abbreviations of one letter ("U.S.", "J. Smith") and marks followed by a small letter end none;
    longer ones do, which costs a passage a less fine border and nothing else.
    """
    for match in _END.finditer(text):
        end = match.end()
        following = _FOLLOWING.match(text, end)
        if following and (match[0][0] in _WIDE_STOPS or _ends(text, match.start(), following[1])):
            yield end


def pieces(text: str, most: float) -> Iterator[tuple[int, int]]:
    """Parts of a text that has no better borders: cut at spaces, inside a word only if it must be.

    Args:
        text: one line.
        most: words in a piece, at least 1.
    """
    start = 0
    weight = 0.0
    end = 0
    for word in re.finditer(r"\S+", text):
        for part_start, part_end in _parts(word.start(), word.end(), most):
            part = count_words(text[part_start:part_end])
            if weight and weight + part > most:
                yield start, end
                weight = 0.0
            if not weight:
                start = part_start
            weight += part
            end = part_end
    if weight:
        yield start, end


def _parts(start: int, end: int, most: float) -> Iterator[tuple[int, int]]:
    """A word of many characters in parts that weigh at most `most`, whatever its letters are."""
    step = max(1, int(most))  # no letter weighs more than a word
    for at in range(start, end, step):
        yield at, min(at + step, end)


def _ends(text: str, at: int, following: str) -> bool:
    initial = text[at] == "." and (
        at < 2 or (text[at - 1].isalpha() and text[at - 2] in _BEFORE_ONE)
    )
    return not initial and not following.islower()


def _count_spaced(text: str) -> float:
    words = text.split()
    return len(words) + sum((len(w) - 1) // _LONG_WORD for w in words if len(w) > _LONG_WORD)
