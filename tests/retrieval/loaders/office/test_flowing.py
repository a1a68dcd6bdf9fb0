"""Text without pages is cut at headings and between paragraphs."""

from __future__ import annotations

from pathlib import Path

from looktwice.retrieval.loaders.base import DocumentInfo

from .kit import (
    kinds,
    read,
    written,
)


def test_markdown_is_read_as_it_is_meant(tmp_path: Path) -> None:
    about, pages = read(
        written(
            tmp_path / "a.md",
            '---\ntitle: "Notes"\ndate: 2024-05-06\n---\n# Top\nfirst `code_x`\nsame paragraph\n\n'
            "## A\n- x\n- y\n\n| a | b |\n|---|---|\n| 1 | **2** |\n\n```py\n# no heading\n```\n"
            "<!-- hidden -->\n<script>bad()</script>\n\n"
            "## B\none<br>two [link](http://x) ![a cat](cat.png) 2 < 3\n",
        )
    )
    assert about == DocumentInfo("md", "Notes", None, "2024-05-06")
    assert [page.label for page in pages] == ["Top", "A", "B"]
    assert kinds(pages[0]) == [("heading", "Top"), ("text", "first code_x same paragraph")]
    assert kinds(pages[1]) == [
        ("heading", "A"),
        ("text", "x"),
        ("text", "y"),
        ("row", "a | b"),
        ("row", "1 | 2"),
        ("text", "# no heading"),
    ]
    assert pages[2].text == "B\none\ntwo link a cat 2 < 3"


def test_the_only_top_heading_is_the_title(tmp_path: Path) -> None:
    assert read(written(tmp_path / "a.md", "# Guide\n\n## A\nx\n\n## B\ny"))[0].title == "Guide"
    assert read(written(tmp_path / "b.md", "# A\nx\n\n# B\ny"))[0].title == ""


def test_long_text_is_cut_between_paragraphs(tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {n} " + "word " * 100 for n in range(30))
    _, pages = read(written(tmp_path / "a.txt", text))
    assert all(500 <= len(page.text.split()) <= 750 for page in pages[:-1])
    assert all(page.text.startswith("Paragraph") for page in pages)
    assert " ".join(page.text for page in pages).split() == text.split()


def test_text_of_one_endless_line_has_pages_too(tmp_path: Path) -> None:
    text = "Some words stand here. " * 5000
    _, pages = read(written(tmp_path / "a.txt", text))
    assert max(len(page.text.split()) for page in pages) < 2000
    assert " ".join(page.text for page in pages).split() == text.split()
