"""Which words of a text a question asks for: found as keyword search finds them, for people to see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..text.terms import query_terms
from .keywords import Stemmer

__all__ = ["Highlighter"]

_WORD = re.compile(r"\w+(?:[.,&'’-]\w+)*")
_SMALL = frozenset(
    "about also and any are been but can could did does each for from had has have her his how into"
    " its many may more most much not off our out over she should some than that the their them then"
    " there these they this those under was were what when where which while who whom whose why will"
    " with would you your".split()
)
"""English words that carry no meaning; in other languages only short words are left out."""
_SHORT = 3


class Highlighter:
    """Marks what a question asks for in texts; safe for threads.

    Args:
        query: any text. Its short and empty words count only if it has no others.
    """

    def __init__(self, query: str) -> None:
        self._stemmer = Stemmer()
        words = _WORD.findall(query)
        telling = [w for w in words if _tells(w)]
        terms = [term for word in telling or words for term in _terms(word)]
        self._wanted = {stem for stems in self._stemmer.stems(terms).values() for stem in stems}

    def close(self) -> None:
        self._stemmer.close()

    @property
    def wanted(self) -> frozenset[str]:
        """The stems of the words that are asked for."""
        return frozenset(self._wanted)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each word of the text that is asked for, in order."""
        return [(start, end) for start, end, _ in self.found(text)]

    def found(self, text: str) -> list[tuple[int, int, str]]:
        """The same with the stem that makes each word fit."""
        if not self._wanted:
            return []
        words = [(m.start(), m[0], _terms(m[0])) for m in _WORD.finditer(text)]
        stems = self._stemmer.stems(list(dict.fromkeys(t for _, _, terms in words for t in terms)))
        marked: list[tuple[int, int, str]] = []
        for start, word, terms in words:
            fits = {t: s for t in terms for s in stems.get(t, ()) if s in self._wanted}
            for left, right, stem in _parts(word, fits):
                if marked and start + left < marked[-1][1]:  # pairs of characters overlap
                    marked[-1] = (marked[-1][0], start + right, marked[-1][2])
                else:
                    marked.append((start + left, start + right, stem))
        return marked


def _tells(word: str) -> bool:
    """Whether a word of a question says what is looked for: no "the", but "EPS" and "Q4"."""
    plain = word.casefold()
    if plain in _SMALL:
        return False
    return len(word) >= _SHORT or word.isupper() or not word.isascii() or word.isdigit()


def _terms(word: str) -> list[str]:
    """A word as the index has it; single letters and digits of "10-K" are no words of their own."""
    first, *more = query_terms(word) or [""]
    return [first, *(t for t in more if len(t) >= _SHORT or not t.isascii())] if first else []


def _parts(word: str, fits: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """The whole word, or where words are not set apart by spaces, the pairs that fit."""
    plain = word.casefold()
    pairs = {t: s for t, s in fits.items() if not t.isascii() and len(t) == 2 and t in plain}
    if not pairs or len(word) <= 2 or len(plain) != len(word):
        if fits:
            yield 0, len(word), next(iter(fits.values()))
        return
    found = ((m.start(), m.start() + 2, s) for t, s in pairs.items() for m in _each(t, plain))
    yield from sorted(found)


def _each(part: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(f"(?={re.escape(part)})", text)
