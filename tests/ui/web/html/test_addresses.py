"""Addresses of pages of documents."""

from __future__ import annotations

from looktwice.ui.web.html.addresses import leaf_address, page_link, tables_address


def test_addresses_of_pages_keep_strange_names_whole() -> None:
    assert page_link("a&b <c>.pdf", 2, "x y") == (
        "/see/page?document=a%26b+%3Cc%3E.pdf&amp;page=2&amp;words=x+y"
    )
    assert leaf_address("thumb", "a.pdf", 2) == "/see/thumb?document=a.pdf&amp;page=2"
    assert tables_address("a.pdf", 2, "csv") == "/see/tables/csv?document=a.pdf&amp;page=2"
