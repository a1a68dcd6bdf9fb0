"""What of a page is summed up: whole sentences, each with its place."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.summarising.units import telling, units_of

from .books import REPORT, page


def test_sentences_run_over_lines_and_know_their_place() -> None:
    units = units_of(REPORT[:1])
    laid = next(unit for unit in units if "640 metres of new" in unit.text)
    assert laid.text.endswith("Harbour Street, which had been closed from May to June.")
    assert " ".join(REPORT[0].text[laid.start : laid.end].split()) == laid.text
    assert len(REPORT[0].boxes_of(laid.start, laid.end)) == 2


def test_figures_of_tables_say_nothing_alone() -> None:
    assert not [unit for unit in units_of(REPORT[:1]) if unit.text.startswith("Metres")]


def test_a_sentence_goes_on_past_a_gap() -> None:
    torn = page(1, "The board decided that the reading room", "| is given up at the end of June.")
    assert [unit.text for unit in units_of([torn])] == [
        "The board decided that the reading room is given up at the end of June."
    ]


def test_slides_are_summed_up_by_their_lines() -> None:
    slide = page(1, "Growth of the market in the north", "Smartphone users in the valley of Tarn")
    assert len(telling(units_of([slide]))) == 2
    report = units_of([*REPORT, slide])
    assert all(unit.is_sentence for unit in telling(report))


@given(st.lists(st.text(alphabet="aB. ,1\u4e2d!", max_size=60), max_size=6))
def test_every_place_holds_the_words(lines: list[str]) -> None:
    made = page(1, *(line for line in lines if line.split()))
    units = units_of([made])
    assert all(" ".join(made.text[u.start : u.end].split()) == u.text for u in units)
    assert all(one.end <= other.start for one, other in pairwise(units))
