"""What language a text is written in, as far as it can be told. The only file that imports py3langid."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache

_FEWEST_LETTERS = 12
_MOST_LETTERS = 2_000
_SURE = 0.6
"""Probability from which a text is said to be in a language."""
_TOGETHER = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK"}
"""Scripts that one language is written in."""


def script_of(text: str) -> str:
    """The script that most of a text's letters are of, by its name in Unicode; "" for too few letters."""
    letters = [sign for sign in text[:_MOST_LETTERS] if sign.isalpha()]
    names = (unicodedata.name(sign, "").partition(" ")[0] for sign in letters)
    found = Counter(_TOGETHER.get(name, name) for name in names)
    script, count = found.most_common(1)[0] if found else ("", 0)
    return script if 2 * count > len(letters) else ""


def languages_of(text: str) -> Mapping[str, float]:
    """Languages by their codes (ISO 639) and how likely a text is of each; {} where nobody can tell.

    Naive Bayes over the text's n-grams of bytes (Lui and Baldwin, langid.py, 2012).
    """
    ranked = _ranking()
    if ranked is None or sum(map(str.isalpha, text)) < _FEWEST_LETTERS:
        return {}
    return {code: float(share) for code, share in ranked(text[:_MOST_LETTERS])}


def likely_language(text: str) -> str:
    """A text's language by its code; "" where it is not sure."""
    found = languages_of(text)
    best = max(found, key=lambda code: found[code], default="")
    return best if found.get(best, 0.0) >= _SURE else ""


@cache
def _ranking() -> Callable[[str], list[tuple[str, float]]] | None:
    """The identifier, loaded once; None where it is not installed."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        return None
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier.rank  # type: ignore[no-any-return]  # has no types
