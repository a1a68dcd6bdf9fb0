"""Which pages go into one call, and what of them is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .rows import PageText

_CHARACTERS = 6_000
"""Of the pages that one call is shown: some 2,500 tokens."""
_LONGEST = 9_000
"""Characters of one page that a call is shown."""


def parts_of(pages: Sequence[PageText], most: int) -> Iterator[list[PageText]]:
    """Pages together as far as one call takes them."""
    part: list[PageText] = []
    size = 0
    for text in pages:
        length = len(text.shown)
        if part and (size + length > _CHARACTERS or len(part) >= most):
            yield part
            part, size = [], 0
        part.append(text)
        size += length
    if part:
        yield part


def shown(part: Sequence[PageText]) -> str:
    """The rows of some pages for a model; of a page that is too long its beginning and its end."""
    if len(part) == 1:
        shown = part[0].shown
        if len(shown) <= _LONGEST:
            return shown
        return f"{shown[: _LONGEST * 2 // 3]}\n...\n{shown[-_LONGEST // 3 :]}"
    return "\n".join(f"--- page {text.number} ---\n{text.shown}" for text in part)
