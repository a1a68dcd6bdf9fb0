"""The words under which passages and documents are kept and found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["embedded_texts", "spoken", "stem", "words_of_document"]


def embedded_texts(name: str, page: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """What the vectors of a page's passages are made of: the document's name, then their words.

    The running head goes with the first passage and the foot with the last: they are no words of a
    passage, but often the only ones that say what a page is.

    Args:
        name: of the document.
        page: the page's text.
        spans: where its passages begin and end in it, all of them, in order.
    """
    for at, (start, end) in enumerate(spans):
        text = page[start if at else 0 : end if at < len(spans) - 1 else len(page)]
        yield f"{spoken(name)}\n{text}"


def words_of_document(name: str, title: str) -> str:
    """What finds a whole document by keyword."""
    return f"{spoken(name)}\n{title}"


def spoken(name: str) -> str:
    """A file's name as words: "2021/3M_2018_10K.pdf" -> "2021 3M 2018 10K"."""
    return re.sub(r"[_\W]+", " ", name.rsplit(".", 1)[0]).strip()


def stem(name: str) -> str:
    """A document's name without its folders and its ending."""
    return name.rpartition("/")[2].rpartition(".")[0] or name
