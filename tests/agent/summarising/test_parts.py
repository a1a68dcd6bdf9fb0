"""The parts of a document: its sections, or stretches of pages."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.summarising.parts import DocumentPart, parts_of, said_in
from looktwice.agent.summarising.units import units_of
from looktwice.retrieval.outline import outline_of
from looktwice.retrieval.pages import Page

from .books import REPORT, page


def _parts(pages: Sequence[Page], headed: bool = True) -> list[DocumentPart]:
    sections = outline_of(pages).sections if headed else ()
    return parts_of({one.number: one for one in pages}, sections, units_of(pages))


def test_a_part_for_each_section_with_what_stands_below_its_heading() -> None:
    parts = _parts(REPORT)
    assert [part.title for part in parts] == [
        "Annual report of Brandl Water",
        "Pipes",
        "Prices",
        "People",
    ]
    assert [(part.first, part.last) for part in parts] == [(1, 1), (1, 1), (2, 2), (2, 2)]
    assert "Okafor" in parts[3].units[0].text
    assert not [unit for unit in parts[2].units if "Okafor" in unit.text]


def test_without_headings_pages_are_the_parts() -> None:
    pages = [
        page(n, f"On day {n} the travellers reached village number {n}.") for n in range(1, 15)
    ]
    parts = _parts(pages, headed=False)
    assert [(part.first, part.last) for part in parts] == [(1, 5), (6, 10), (11, 14)]


def test_long_sections_are_cut_and_many_short_ones_joined() -> None:
    long = [page(n, f"# Part {n}", f"This is what part {n} has to tell us.") for n in range(1, 61)]
    parts = _parts(long)
    assert len(parts) <= 24
    assert (parts[0].first, parts[-1].last) == (1, 60)
    assert parts[0].title == "Part 1 – Part 3"


def test_a_section_ends_where_the_next_begins() -> None:
    sections = outline_of(REPORT).sections
    prices = next(one for one in sections if one.title == "Prices")
    said = said_in(prices, sections, {2: REPORT[1]})
    assert [unit.text.split()[-2] for unit in said] == ["January", "before"]


_LINE = st.sampled_from(
    ["# Prices", "# People of the valley", "Ten people live in the valley.", "No."]
)


@given(st.lists(st.lists(_LINE, min_size=1, max_size=5), min_size=1, max_size=9))
def test_every_sentence_is_in_one_part(content: list[list[str]]) -> None:
    pages = [page(n, *lines) for n, lines in enumerate(content, 1)]
    parts = _parts(pages)
    units = [unit for part in parts for unit in part.units]
    assert units == units_of(pages)
    assert all(part.first <= unit.page <= part.last for part in parts for unit in part.units)
