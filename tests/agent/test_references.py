"""Documents and pages that a question names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.references import named_documents, named_pages, named_sections, page_labels
from looktwice.retrieval.outline import Section

NAMES = (
    "0e94b4197b10.pdf",
    "BESTBUY_2023_10K.pdf",
    "report.pdf",
    "sub/notes 7.docx",
    "2023.acl-386.pdf",
)


@pytest.mark.parametrize(
    ("question", "documents", "left"),
    [
        ("In 0e94b4197b10.pdf: Who wrote it?", NAMES[:1], "Who wrote it?"),
        ("According to BESTBUY_2023_10K, who leads it?", NAMES[1:2], "who leads it?"),
        ("in REPORT.PDF, how many pages?", NAMES[2:3], "how many pages?"),
        ("What does report.pdf say of rent?", NAMES[2:3], "What does report.pdf say of rent?"),
        ("What is in notes 7.docx?", NAMES[3:4], "What is in notes 7.docx?"),
        ("Compare report.pdf with 2023.acl-386", (NAMES[2], NAMES[4]), None),
        ("What does the report say?", (), None),
        ("What is in myreport.pdf?", (), None),
    ],
)
def test_files_that_are_named(question: str, documents: tuple[str, ...], left: str | None) -> None:
    found = named_documents(question, NAMES)
    assert found.documents == documents
    assert found.question == (question if left is None else left)


def test_a_name_inside_another_is_not_meant() -> None:
    names = ("2023.pdf", "report 2023.pdf")
    assert named_documents("In report 2023.pdf: what?", names).documents == names[1:]


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("the chart on page 14", (14,)),
        ("slides 3 to 5", (3, 4, 5)),
        ("auf Seite 12", (12,)),
        ("en la página 7", (7,)),
        ("第3页", (3,)),
        ("the last page", (20,)),
        ("the cover page and page 2", (2, 1)),
        ("How many people are on the cover?", (1,)),
        ("What is the fax number on page fourteen?", (14,)),
        ("Which pages mention it?", ()),
        ("on the second page", (2,)),
        ("page 21", ()),
        ("in 2014", ()),
        ("pages 1-400", (1, 2, 3, 4, 5)),
    ],
)
def test_pages_that_are_named(question: str, pages: tuple[int, ...]) -> None:
    assert named_pages(question, 20) == pages


def test_a_printed_number_may_lie_beyond_the_last_page() -> None:
    assert page_labels("the figure on page 6985") == ("6985",)


def test_sections_that_are_named_by_number_or_by_all_their_words() -> None:
    sections = [
        Section("Appendix E: Strengths", 1, 17, 18),
        Section("Limits", 1, 4, 4),
        Section("Future work", 2, 5, 5),
        Section("Fiscal Year", 2, 6, 6),
        Section("Chapter 2 The quay", 1, 2, 3),
    ]

    def pages(question: str) -> list[int]:
        return [section.page for section in named_sections(question, sections)]

    assert pages("How many strengths are in Appendix E?") == [17]
    assert pages("What limits are there?") == []
    assert pages("What does the section on future work promise?") == [5]
    assert pages("What is under Fiscal Year?") == [6]
    assert pages("How many were hired in the fiscal year of 2023?") == []
    assert pages("in chapter 2") == [2]
    assert pages("in chapter 20") == []


@given(st.text(max_size=80), st.integers(0, 30))
def test_any_text_is_taken(question: str, pages: int) -> None:
    assert all(1 <= n <= pages for n in named_pages(question, pages))
    found = named_documents(question, NAMES)
    assert found.documents or found.question == question
