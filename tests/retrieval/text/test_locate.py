"""A quotation is found where it stands, in spite of how it is written, and nowhere else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.pages import Page, RawLine, Word, build_page
from looktwice.retrieval.text.locate import locate


def page(*lines: str) -> Page:
    """Lines of 12 points, letters of 6."""
    raw = []
    for row, line in enumerate(lines):
        at, words = 0, []
        for text in line.split():
            words.append(Word(text, (6.0 * at, 12.0 * row, 6.0 * (at + len(text)), 12.0 * row + 9)))
            at += len(text) + 1
        raw.append(RawLine(tuple(words)))
    return build_page(1, raw, width=600, height=800)


TABLE = page(
    "Cash flows (in millions) 2018 2017",
    "Purchases of property, plant and equip-",
    "ment (1,577) (1,373)",
    "Proceeds from sale of businesses 846 1,065",
    "Total assets 36,500 37,987",
)


def found(quote: str, on: Page = TABLE, near: tuple[int, int] | None = None) -> str | None:
    span = locate(quote, on, near)
    return None if span is None else on.text[slice(*span)]


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("Total assets 36,500", "Total assets 36,500"),
        ("total  ASSETS\n36,500", "Total assets 36,500"),
        ("property, plant and equipment", "property, plant and equip-\nment"),
        ("(1,577)", "(1,577)"),
        ("1,577", "1,577"),
        ("846", "846"),
        ("Procceds from sale of buslnesses 846", "Proceeds from sale of businesses 846"),
    ],
)
def test_it_is_found_as_it_stands(quote: str, text: str) -> None:
    assert found(quote) == text


@pytest.mark.parametrize(
    "quote",
    [
        "577",  # a part of 1,577
        "36",
        "1,578",
        "Proceeds from sale of businesses 847",  # words alike, another number
        "assets 37",
        "Dividends paid to shareholders",
        "set",
        "",
        " \n",
        "—",
    ],
)
def test_what_does_not_stand_there_is_not_found(quote: str) -> None:
    assert found(quote) is None


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("the “quick” fox’s tail", 'the "quick" fox\'s tail'),
        ("from 2017–2018 on", "from 2017-2018 on"),
        ("a well-known effect", "a well-\nknown effect"),
        ("ﬁnal ofﬁce", "final office"),
        ("soft\u00adware", "software"),
        ("10\u202f000 kg", "10 000 kg"),
        ("第三章 保証期間は二年です。", "保証期間は二年"),
    ],
)
def test_ways_of_writing_do_not_count(written: str, quote: str) -> None:
    assert found(quote, page("some words before", written, "and after")) is not None


def test_of_several_places_the_nearest_is_taken() -> None:
    twice = page("Revenue 412 in 2020", "something else", "Revenue 412 in 2021")
    last = twice.text.rindex("Revenue")
    assert locate("Revenue 412", twice) == (0, 11)
    assert locate("Revenue 412", twice, (last - 3, last)) == (last, last + 11)
    assert locate("Revenue 412", twice, (0, 4)) == (0, 11)


def test_its_boxes_are_those_of_the_row() -> None:
    span = locate("sale of businesses 846", TABLE)
    assert span is not None
    (box,) = TABLE.boxes_of(*span)
    assert (box.y1, box.y2) == (36, 45)
    assert box.x1 == 6.0 * len("Proceeds from ")


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30), max_size=6
    ),
    st.text(max_size=30),
)
def test_any_text_is_searched_and_spans_are_valid(lines: list[str], quote: str) -> None:
    on = page(*lines)
    span = locate(quote, on)
    assert span is None or 0 <= span[0] < span[1] <= len(on.text)


@given(
    st.data(), st.lists(st.text("abc12.-,é是 ", min_size=1, max_size=20), min_size=1, max_size=6)
)
def test_whole_words_of_the_page_are_always_found(data: st.DataObject, lines: list[str]) -> None:
    on = page(*lines)
    words = on.text.split()
    if words:
        first = data.draw(st.integers(0, len(words) - 1))
        quote = " ".join(words[first : data.draw(st.integers(first + 1, len(words)))])
        if any(c.isalnum() for c in quote):
            span = locate(quote, on)
            assert span is not None
            squeezed = on.text[slice(*span)].replace(" ", "").replace("\n", "").replace("-", "")
            assert squeezed == quote.replace(" ", "").replace("-", "")


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_number_is_never_taken_for_another(one: int, other: int) -> None:
    on = page(f"The amount agreed upon was {one:,} euros in total")
    span = locate(f"The amount agreed upon was {other:,} euros in total", on)
    assert (span is not None) == (one == other)


def test_a_long_page_is_searched_quickly() -> None:
    long = page(
        *[f"line {n} holds nothing but words of no meaning at all {n}" for n in range(3000)]
    )
    started = time.perf_counter()
    assert locate("line 2990 hods nothing but words of no meaning at all 2990", long) is not None
    assert time.perf_counter() - started < 3
