"""What a search found, in a terminal."""

from __future__ import annotations

import pytest
from looktwice.cli.show.passages import show_passages
from looktwice.retrieval.catalog.highlight import Highlighter
from looktwice.schema import Passage

from .show_kit import coloured, printed


def test_words_asked_for_are_bold_and_nothing_from_outside_is_markup() -> None:
    terminal = coloured()
    passage = Passage(
        document="[red]a\x1b[31m\n2. forged.pdf",
        page=3,
        text="nothing here\nno\nthe [bold]boilers[/bold]\x1b[2J were new\nand warm\nlater",
        heading=("[link=x]top",),
        score=0.734,
        found_by=("words", "text"),
    )
    show_passages([passage], Highlighter("boiler"), terminal)
    shown = printed(terminal)
    assert "\x1b[1;33mboilers\x1b[0m" in shown
    assert "[bold]" in shown
    assert "[red]a�[31m 2. forged.pdf, page 3" in shown
    assert "(0.73, words + text)" in shown
    assert "\x1b[2J" not in shown
    assert "nothing here" not in shown
    assert "and warm" in shown


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        (
            "What is the total revenue of 3M?",
            "Revenues were the total of 3M's",
            "Revenues total 3M's",
        ),
        ("10-K", "Form 10-K has 10 parts, k?", "10-K"),
        ("1,577", "It cost $1,577.0 or 1577", "1,577.0 1577"),
        ("東京", "大東京都", "東京"),
        ("is it", "It is so", "It is"),
        ("EPS", "eps and epsilon", "eps"),
        ("  ", "anything", ""),
    ],
)
def test_words_are_marked_as_they_are_found(query: str, text: str, marked: str) -> None:
    spans = Highlighter(query).spans(text)
    assert " ".join(text[start:end] for start, end in spans) == marked
