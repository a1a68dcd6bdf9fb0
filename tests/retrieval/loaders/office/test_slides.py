"""A slide is a page."""

from __future__ import annotations

from pathlib import Path

from .kit import (
    kinds,
    presentation,
    read,
)


def test_a_slide_is_a_page_with_its_title_text_tables_charts_and_notes(tmp_path: Path) -> None:
    about, pages = read(presentation(tmp_path / "a.pptx"))
    assert (about.type, about.title, about.pages) == ("pptx", "", 3)
    assert [page.label for page in pages] == ["Growth", "", ""]
    assert kinds(pages[0]) == [
        ("heading", "Growth"),
        ("text", "> 50% growth"),
        ("text", "- 5 % loss"),
        ("text", "List<String>"),
        ("row", "Year | Profit"),
        ("row", "2023 | 1,234.50"),
        ("text", "say hello"),
    ]
    assert pages[1].text.splitlines()[1:] == ["East | 1.5", "West | 2.25"]
    assert pages[1].section == ("slide 2",)
    assert pages[2].text == ""
