"""The tables of web pages and Word documents, with the spans that their markup says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....schema import Table
from ..spans import SourceCell, table_of_rows

__all__ = ["tables_of_html"]

_NO_TEXT = ("script", "style", "template", "noscript")


def tables_of_html(markup: str | bytes) -> Iterator[Table]:
    """Every table of a page; one within a cell of another comes by itself, after it."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(markup, "lxml")
    for tag in page(_NO_TEXT):
        tag.decompose()
    for table in page.find_all("table"):
        if (found := table_of_rows(_rows(table), _caption(table))) is not None:
            yield found


def _rows(table: Any) -> Iterator[list[SourceCell]]:
    for row in table.find_all("tr"):
        if row.find_parent("table") is not table:
            continue
        in_head = row.find_parent("thead") is not None
        yield [
            SourceCell(
                _text(cell),
                _span(cell, "rowspan"),
                _span(cell, "colspan"),
                cell.name == "th" or in_head,
            )
            for cell in row.find_all(["td", "th"])
            if cell.find_parent("tr") is row
        ]


def _text(cell: Any) -> str:
    return " ".join(cell.get_text(" ").split())


def _caption(table: Any) -> str:
    caption = table.find("caption")
    return _text(caption) if caption is not None and caption.find_parent("table") is table else ""


def _span(cell: Any, name: str) -> int:
    """A span as written; nonsense counts for one, as browsers take it. 0 reaches to the end."""
    written = str(cell.get(name, "1")).strip()
    value = int(written) if written.isdecimal() and len(written) < 6 else 1
    return value or 65_534
