"""Yes and no, in the languages the program answers in."""

from __future__ import annotations

import re

from .facts import words

NO_FOR = {
    "yes": "No",
    "ja": "Nein",
    "oui": "Non",
    "si": "No",
    "sim": "Não",
    "да": "Нет",
    "是": "不是",
    "有": "没有",
    "はい": "いいえ",
}


POLAR = frozenset(NO_FOR) | {word.lower() for word in NO_FOR.values()} | {"none", "nao"}


def opposite(draft: str) -> str:
    """No for a draft that begins with yes, yes for one that begins with no, in its language; "" else."""
    said = words(bare(draft))
    if len(said) != 1:  # "Non-U.S. firms" is no "non"
        return ""
    (first,) = said
    if first in NO_FOR:
        return NO_FOR[first]
    return next((yes.capitalize() for yes, no in NO_FOR.items() if no.lower() == first), "")


def bare(draft: str) -> str:
    """The first word of a draft: its yes or no."""
    return re.split(r"[\s,.;:!]", draft.strip(), maxsplit=1)[0]
