"""Words of a question are found, and ranked, in bounded time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.catalog import keywords
from looktwice.retrieval.catalog.catalog import Catalog

from .kit import add, found


def test_words_are_found_in_body_heading_and_name_and_ranked(catalog: Catalog) -> None:
    add(catalog, "3M_2018_10K.pdf", [["capital expenditures were $1,577.0"], ["nothing of note"]])
    add(catalog, "other.pdf", [["expenditure of capital letters, in capital"], ["net sales"]])
    assert found(catalog, "1577") == ["capital expenditures were $1,577.0"]
    assert set(found(catalog, "10-K")) == {"capital expenditures were $1,577.0", "nothing of note"}
    assert len(found(catalog, "chapters")) == 4
    add(catalog, "filler.pdf", [["filler"] * 9])
    hits = catalog.keyword("expenditures of 3M", 99)
    assert catalog.passages([hits[0][0]])[0].document == "3M_2018_10K.pdf"
    scores = [score for _, score in hits]
    assert scores == sorted(scores, reverse=True)
    assert len(catalog.keyword("expenditures of 3M", 1)) == 1
    assert catalog.keyword("expenditures", 0) == catalog.keyword("absent", 9) == []


def test_scripts_without_spaces_are_found(catalog: Catalog) -> None:
    add(catalog, "a", [["売上高は前年比で増加した"], ["ปริมาณการขายเพิ่มขึ้น"], ["बिक्री में वृद्धि हुई"]])
    assert found(catalog, "前年比") == ["売上高は前年比で増加した"]
    assert found(catalog, "การขาย") == ["ปริมาณการขายเพิ่มขึ้น"]
    assert found(catalog, "वृद्धि") == ["बिक्री में वृद्धि हुई"]


def test_a_search_in_some_documents_finds_nothing_elsewhere(catalog: Catalog) -> None:
    ids = [add(catalog, f"d{n}", [[f"common word {n}"]]) for n in range(40)]
    assert found(catalog, "word", [ids[3], ids[30]]) == ["common word 3", "common word 30"]
    assert found(catalog, "word", ids[5:]) == [f"common word {n}" for n in range(5, 40)]
    assert found(catalog, "word", []) == found(catalog, "word", [999]) == []


def test_common_words_give_way_to_rarer_ones_unless_they_are_all_there_is(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [add(catalog, f"d{n}", [[f"the company {n}"]]) for n in range(9)]
    rare = add(catalog, "rare", [["the auditor"]])
    assert len(found(catalog, "the auditor")) == 10  # in a small index nothing is common
    monkeypatch.setattr(keywords, "FEW_ROWS", 1)
    assert found(catalog, "the auditor") == ["the auditor"]
    assert len(found(catalog, "the company")) == 9
    assert len(found(catalog, "what is the")) == 10
    assert found(catalog, "the auditor", ids[:2]) == ["the company 0", "the company 1"]
    assert found(catalog, "the auditor", [rare]) == ["the auditor"]


def test_a_long_question_is_cut_to_its_rarest_words(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keywords, "MOST_TERMS", 2)
    monkeypatch.setattr(keywords, "COMMON_SHARE", 1.0)
    add(catalog, "d", [["alpha"], ["beta beta"], ["alpha gamma"], ["beta delta"], ["beta"]])
    assert set(found(catalog, "alpha beta gamma delta")) == {"alpha gamma", "beta delta"}


def test_the_rows_a_question_touches_are_bounded(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keywords, "MOST_ROWS", 3)
    monkeypatch.setattr(keywords, "COMMON_SHARE", 1.0)
    add(catalog, "d", [["one a"], ["two a"], ["two a"], ["three"]])
    assert set(found(catalog, "a two one")) == {"one a", "two a"}
    assert set(found(catalog, "a three")) == {"three"}


def test_common_words_are_looked_for_where_the_rarer_ones_are_not(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keywords, "MOST_ROWS", 1)
    add(catalog, "rare", [["the auditor"]])
    ids = [add(catalog, f"d{n}", [[f"the company {n}"]]) for n in range(40)]
    assert found(catalog, "the auditor") == ["the auditor"]
    assert len(found(catalog, "the auditor", ids)) == 40


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_may_be_asked_for(shared: Catalog, query: str) -> None:
    for text in (query, f'alpha" {query}', f"alpha OR {query} NEAR(", f"body : {query}*"):
        shared.keyword(text, 5)
        shared.keyword(text, 5, [1])


@pytest.mark.parametrize(
    "query",
    ['"', "alpha AND", "body:alpha", "alpha*", "NOT alpha", "NEAR(alpha)", "^alpha", "a'); --"],
)
def test_nothing_in_a_query_has_a_special_meaning(catalog: Catalog, query: str) -> None:
    add(catalog, "d", [["alpha"], ["beta"]])
    assert found(catalog, query) == (["alpha"] if "alpha" in query else [])
