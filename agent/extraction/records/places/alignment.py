"""Where a value stands: every value is found again in what was read, or it is not taken as found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .....retrieval.pages import Page
from .....retrieval.text.locate import Span, locate
from .....schema import Box
from ..pages.rows import PageText

_CENTS = re.compile(r"\d[.,]\d{2}$")

Anchor = tuple[int, Span]
"""A page's number and characters of it."""


@dataclass(frozen=True)
class Place:
    """Where a value stands.

    Attributes:
        span: its characters in the page's rows; those of the file's order where only they hold it.
        quote: the page's own words.
        score: how sure the page was read, 0..1.
    """

    page: int
    span: Span
    quote: str
    boxes: tuple[Box, ...]
    score: float

    @property
    def anchor(self) -> Anchor:
        return self.page, self.span


def find(
    written: str, pages: Sequence[PageText], near: Anchor | None = None, last: bool = False
) -> Place | None:
    """The place of a value.

    Args:
        written: the value as the model copied it; slips in words are forgiven, never in digits.
        pages: of the document, in order.
        near: where it is expected: the nearest place on that page is taken before any other page's.
        last: take the last place instead of the first, as of a sum.
    """
    for text in _order(pages, near, last):
        if place := _on(text, written, near, last):
            return place
    return None


def _order(pages: Sequence[PageText], near: Anchor | None, last: bool) -> Iterable[PageText]:
    ordered = list(reversed(pages)) if last else list(pages)
    if near is None:
        return ordered
    return sorted(ordered, key=lambda text: text.number != near[0])


def _on(text: PageText, written: str, near: Anchor | None, last: bool) -> Place | None:
    expected = near[1] if near is not None and near[0] == text.number else None
    if expected is None and last:
        expected = (len(text.page.text), len(text.page.text))
    span = locate(written, text.page, expected)
    if span is not None:
        return place_on(text, text.page, span)
    span = locate(written, text.flow, None) if text.flow is not text.page else None
    if span is not None:
        return place_on(text, text.flow, span)
    span = _before_a_time(written, text.page.text) or _at_a_currency(written, text.page.text)
    return None if span is None else place_on(text, text.page, span)


def _before_a_time(written: str, text: str) -> Span | None:
    """Where a date runs into the time behind it, as recognisers lose spaces: "03/02/201815:28"."""
    found = re.search(rf"(?<!\w){re.escape(written.strip())}(?=\d\d?:\d\d)", text)
    return found.span() if found and any(map(str.isdigit, written)) else None


def _at_a_currency(written: str, text: str) -> Span | None:
    """Where an amount with cents touches its currency, last of all: "Total RM50.00", "16.80SR"."""
    amount = re.escape(written.strip())
    ways = rf"(?<=[A-Z]){amount}(?![\w]|[.,]\d)|(?<![\w.,]){amount}(?=[A-Z]{{1,3}}(?!\w))"
    found = list(re.finditer(ways, text)) if _CENTS.search(written.strip()) else []
    return found[-1].span() if found else None


def place_on(text: PageText, page: Page, span: Span) -> Place:
    """The place of these characters."""
    quote = " ".join(page.text[span[0] : span[1]].split())
    return Place(text.number, span, quote, page.boxes_of(*span), text.score)
