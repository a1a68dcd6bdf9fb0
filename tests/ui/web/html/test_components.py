"""Addresses and times in the lists."""

from __future__ import annotations

import re

from looktwice.ui.web.html.components import page_link, short_time


def test_addresses_of_pages_keep_strange_names_whole() -> None:
    assert page_link("a&b <c>.pdf", 2, "x y") == (
        "/see/page?document=a%26b+%3Cc%3E.pdf&amp;page=2&amp;words=x+y"
    )


def test_times_are_told_as_people_do() -> None:
    noon = 1_700_000_000.0
    assert re.fullmatch(r"\d\d:\d\d", short_time(noon, noon + 1))
    assert re.fullmatch(r"[A-Z][a-z]{2}", short_time(noon, noon + 3 * 86_400))
    assert re.fullmatch(r"\d+ [A-Z][a-z]{2}", short_time(noon, noon + 30 * 86_400))
