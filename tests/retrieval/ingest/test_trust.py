"""Words of a page and words read in its picture, compared."""

from __future__ import annotations

import pytest
from looktwice.retrieval.ingest.trust import agreement, part_to_read, words_between
from looktwice.retrieval.pages import RawLine, Word, build_page
from looktwice.schema import Box, TextLine

OWN = "the tenant pays the rent of the boathouse on the fifth day of each month".split()


def read(text: str, score: float = 0.95) -> list[TextLine]:
    return [TextLine(text=text, score=score, box=Box(x1=0, y1=0, x2=9, y2=9))]


@pytest.mark.parametrize(
    "seen",
    [
        "The tenant pays the rent of the boathouse on the fifth day of each month",
        "The tenant pays the rent of the boathouze on the fifth day ot each rnonth",
        "month each of day fifth the on boathouse the of rent the pays tenant the",
    ],
)
def test_text_that_is_read_so_is_believed(seen: str) -> None:
    assert agreement(OWN, read(seen)).believed


def test_text_that_is_read_otherwise_is_not() -> None:
    found = agreement(
        OWN, read("Meter number 7714 was read by the water board in the cellar today")
    )
    assert not found.believed
    assert found.share < 0.3


def test_a_reading_that_is_unsure_or_finds_little_disproves_nothing() -> None:
    assert agreement(OWN, read("Meter number 7714 was read by the water board today", 0.5)).believed
    assert agreement(OWN, read("Meter")).believed


def test_a_few_lines_are_enough_to_compare() -> None:
    lines = [
        RawLine(tuple(Word(w, (50 + 9 * k, 20 * at, 58 + 9 * k, 20 * at + 12)) for k, w in enumerate(OWN)))
        for at in range(1, 30)
    ]  # fmt: skip
    page = build_page(1, lines, width=600, height=800)
    part = part_to_read(page)
    assert part is not None
    assert part[1] - part[0] < 60
    assert words_between(page, *part) == OWN
