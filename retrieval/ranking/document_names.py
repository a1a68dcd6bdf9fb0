"""Questions without the names of the documents they are about.

Once the document is known its name tells its pages and lines apart no more: asked with it, a question finds
the places that say the name again ("Acme's record year") instead of the one that answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..text.wording import stem

_LONGEST_NAME = 3
"""Words of a question that may be one word of a file's name ("Foot Locker's", footlocker.pdf)."""
_SHORTEST_BEGINNING = 3
"""Letters of a word that may stand for a longer one it begins ("MGM", mgmresorts.pdf)."""
_FEWEST_LEFT = 3
_WORD = re.compile(r"[^\W_]+")


def without_names(question: str, documents: Iterable[str]) -> str:
    """The question without the words that name these documents, or as it is where little is left.

    Args:
        documents: their names, as the index has them.
    """
    names = {word for name in documents for word in _WORD.findall(stem(name).casefold())}
    names = {word for word in names if not word.isdigit()}
    words = question.split()
    plain = ["".join(_WORD.findall(re.sub(r"['’]s\b", "", word.casefold()))) for word in words]
    gone: set[int] = set()
    for at in range(len(words)):
        for count in range(1, min(_LONGEST_NAME, len(words) - at) + 1):
            run = "".join(plain[at : at + count])
            if run in names or (words[at][:1].isupper() and _begins_one(run, names)):
                gone.update(range(at, at + count))
    left = [word for n, word in enumerate(words) if n not in gone]
    return " ".join(left) if len(left) >= _FEWEST_LEFT else question


def _begins_one(run: str, names: Iterable[str]) -> bool:
    long_enough = len(run) >= _SHORTEST_BEGINNING and not run[0].isdigit()
    return long_enough and any(name.startswith(run) for name in names)
