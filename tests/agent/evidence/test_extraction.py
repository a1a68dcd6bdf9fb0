"""Of retrieved pages only the lines that matter, whole pages never cut in a row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.evidence.contents import lines_of
from looktwice.agent.evidence.extraction import blocks_of, extracts
from looktwice.agent.evidence.rendering import estimate_tokens, in_words
from looktwice.retrieval.pages import Page, RawLine, Word, build_page
from looktwice.retrieval.text.periods import with_tables
from looktwice.schema import Evidence, Source

from .. import kit

ASKED = "What was the capital spending in 2018?"


def page(number: int, *lines: str | tuple[str, str]) -> Page:
    """Lines of 10 points each; a pair is (kind, text)."""
    raw = []
    for n, line in enumerate(lines):
        kind, text = line if isinstance(line, tuple) else ("text", line)
        words = [
            Word(w, (5.0 * k, 12.0 * n, 5.0 * k + 4, 12.0 * n + 10))
            for k, w in enumerate(text.split())
        ]
        raw.append(RawLine(tuple(words), kind, 1 if kind == "heading" else 0))  # type: ignore[arg-type]
    return with_tables(build_page(number, raw, width=600, height=800))


REPORT = page(
    3,
    ("heading", "Cash flows"),
    ("row", "(in millions) 2018 2017"),
    ("row", "Capital spending 1,577 1,373"),
    ("row", "Depreciation 1,488 1,544"),
    ("row", "Interest 9 8"),
    ("heading", "Outlook"),
    "The weather was good and many people came to the shops in the north of the country.",
    ("heading", "Shops"),
    "Many walls need to be painted",
    ("furniture", "Acme 2018 annual report"),
)
LEASE = page(1, ("heading", "Rent"), "Tenants pay EUR 900 every month, due on Fridays.")


def passage(key: str, document: str, of: Page, text: str = "") -> Evidence:
    return Evidence(
        id=key,
        kind="passage",
        text=text or of.text,
        heading=("Title",),
        source=Source(document=document, page=of.number),
    )


@pytest.fixture
def find() -> Any:
    return {("a.pdf", 3): REPORT, ("b.pdf", 1): LEASE}


def chosen(find: Any, tokens: int, *evidence: Evidence) -> dict[str, Evidence]:
    return extracts(ASKED, evidence, lambda d, n: find.get((d, n)), kit.WordEmbedder(), tokens)


def test_the_row_stands_with_its_columns_and_its_box(find: Any) -> None:
    found = chosen(find, 40, passage("E1", "a.pdf", REPORT), passage("E2", "b.pdf", LEASE))
    told = in_words(found["E1"]).split("\n")
    assert told[0] == "document a.pdf, page 3, Title:"
    assert "Capital spending: 2018 = 1,577; 2017 = 1,373" in told
    (spent,) = [line for line in lines_of(found["E1"]) if line.label == "Capital spending"]
    assert [(cell.header, cell.text) for cell in spent.cells] == [
        (("2018",), "1,577"),
        (("2017",), "1,373"),
    ]
    (line,) = [line for line in found["E1"].lines if line.text.startswith("Capital")]
    assert line.text == "Capital spending 1,577 1,373", "a citation quotes the page"
    assert (line.box.y1, line.box.y2) == (24, 34)
    assert "Acme" not in found["E1"].text, "running heads are left out"


def test_what_does_not_bear_on_the_question_is_left_out(find: Any) -> None:
    found = chosen(find, 5_000, passage("E1", "a.pdf", REPORT), passage("E2", "b.pdf", LEASE))
    assert "E2" not in found


def test_two_passages_of_a_page_are_told_once(find: Any) -> None:
    found = chosen(
        find, 500, passage("E1", "a.pdf", REPORT), passage("E2", "a.pdf", REPORT, "Other")
    )
    assert list(found) == ["E1"]


def test_what_two_pages_say_alike_is_told_once(find: Any) -> None:
    again = page(7, ("row", "All years 2018 2017"), ("row", "Capital spending 1,577 1,373"))
    find["a.pdf", 7] = again
    found = chosen(find, 500, passage("E1", "a.pdf", REPORT), passage("E2", "a.pdf", again))
    assert sum(e.text.count("1,577") for e in found.values()) == 1


COVER = page(1, ("heading", "Plan 2018"), ("heading", "Jo Doe"), "GOVERNOR", "Lee Roe", "Secretary")


def test_a_page_the_question_names_comes_whole_and_first(find: Any) -> None:
    find["c.pdf", 1] = COVER
    cover, other = passage("E2", "c.pdf", COVER), passage("E1", "a.pdf", REPORT)
    found = extracts(
        ASKED, (other, cover), lambda d, n: find.get((d, n)), kit.WordEmbedder(), 60, {"E2"}
    )
    assert found["E2"].text == COVER.text, "names and offices of a cover are its headings"
    assert "Capital spending 1,577 1,373" in found["E1"].text, "the rest as far as there is room"


def test_a_page_that_is_gone_keeps_its_passage_whole(find: Any) -> None:
    lost = passage("E1", "gone.pdf", REPORT)
    assert chosen(find, 500, lost) == {"E1": lost}


def test_a_row_without_named_columns_brings_the_lines_above_it() -> None:
    of = page(1, ("heading", "Stores"), ("text", "Opened Closed"), ("row", "Lyon 5 6 7"))
    (row,) = [b for b in blocks_of(of, of.text.split("\n")) if b.text.startswith("Lyon")]
    assert [of.text.split("\n")[n] for n in row.header] == ["Opened Closed"]
    assert row.heading == "Stores"


@given(tokens=st.integers(0, 300), lines=st.lists(st.text("ab 2018,.", max_size=40), max_size=12))
def test_it_fits_whatever_the_page(tokens: int, lines: list[str]) -> None:
    of = page(1, *lines)
    asked = [passage("E1", "a.pdf", of)]
    found = extracts(ASKED, asked, lambda d, n: of, kit.WordEmbedder(), tokens)
    if of.lines:
        told = [line for e in found.values() for line in in_words(e).split("\n")[1:]]
        assert sum(estimate_tokens(line) for line in told) <= tokens
