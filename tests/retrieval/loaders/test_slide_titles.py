"""What stands at the top of a scanned slide is its title."""

from __future__ import annotations

import pytest
from looktwice.retrieval.loaders.slide_titles import titled
from looktwice.retrieval.pages import LineKind, RawLine, Word


def line(top: float, text: str, size: float = 20, kind: LineKind = "text") -> RawLine:
    words = [
        Word(word, (40.0 + 60 * at, top, 90.0 + 60 * at, top + size))
        for at, word in enumerate(text.split())
    ]
    return RawLine(tuple(words), kind=kind)


BODY = [line(160, "Smartphone users in the valley"), line(185, "63% 2,3", kind="row")]


@pytest.mark.parametrize(
    ("top", "titles"),
    [
        ([line(30, "The market in the north")], 1),
        ([line(20, "The market in the north"), line(42, "and in the valleys")], 2),
        ([], 0),
        ([line(150, "Smartphones are everywhere")], 0),
        ([line(30, "12 %")], 0),
        ([line(30, "One Two", kind="row")], 0),
        ([line(40 * n / 4, "running text that goes on and on", 8) for n in range(9)], 0),
    ],
)
def test_titles(top: list[RawLine], titles: int) -> None:
    marked = titled([*top, *BODY], 768, 432)
    assert [one.kind for one in marked].count("heading") == titles
    assert [one.words for one in marked] == [one.words for one in [*top, *BODY]]


def test_pages_that_stand_upright_are_no_slides() -> None:
    assert titled([line(30, "The market in the north"), *BODY], 432, 768)[0].kind == "text"
