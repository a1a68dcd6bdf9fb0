"""Where the statements of an answer are written or seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.evidence.citation import carrying_lines, cite, statements
from looktwice.schema import Box, Evidence, Source, TextLine

from .. import fake_index, kit


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("8.20", ["8.20"]),
        ("It is $8.20.", ["It is $8.20."]),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Paid 3.10. Left 5.10.", ["Paid 3.10.", "Left 5.10."]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("  spaced  ", ["spaced"]),
        ("", []),
        (" ... ", []),
    ],
)
def test_statements_are_sentences(text: str, pieces: list[str]) -> None:
    assert [text[a:b] for a, b in statements(text)] == pieces


@given(st.text(alphabet=st.sampled_from("ab 1.!?\n\té是")))
def test_spans_lie_in_the_text_in_order_and_hold_every_word(text: str) -> None:
    end = 0
    for a, b in statements(text):
        assert end <= a < b <= len(text)
        assert text[a:b] == text[a:b].strip()
        end = b
    rest = list(text)
    for a, b in statements(text):
        rest[a:b] = " " * (b - a)
    assert not any(c.isalnum() for c in rest)


def test_the_line_and_its_box_are_quoted() -> None:
    seen = kit.reading("Corner Shop", "Total 8.20", "Cash 10.00").model_copy(
        update={"id": "E1", "source": Source(picture="a" * 64, name="r.png")}
    )
    (citation,) = cite("The total is 8.20.", "What is the total?", [seen])
    assert citation.evidence == "E1"
    assert citation.quote == "Total 8.20"
    assert citation.boxes == (seen.lines[1].box,)
    assert citation.source == seen.source
    assert (citation.start, citation.end) == (0, 18)


def test_among_equal_lines_the_row_of_the_questions_words_wins() -> None:
    def line(text: str, x: int, row: int) -> TextLine:
        box = Box(x1=x, y1=10 * row, x2=x + 9, y2=10 * row + 8)
        return TextLine(text=text, score=0.9, box=box, row=row)

    lines = (line("Cash", 0, 0), line("8.20", 20, 0), line("Total", 0, 1), line("8.20", 20, 1))
    assert carrying_lines({"8.2"}, {"total"}, lines) == [lines[3]]
    assert carrying_lines({"8.2"}, {"cash"}, lines) == [lines[1]]


def test_counted_things_are_cited_by_their_boxes() -> None:
    seen = kit.people(3).model_copy(update={"id": "E2", "boxes": ()})
    (citation,) = cite("3 persons", "How many people?", [seen])
    assert citation.boxes == tuple(d.box for d in seen.detections)
    assert citation.quote == "3 person (counted by the object detector)"


def test_every_statement_gets_its_own_source() -> None:
    shop = kit.reading("Corner Shop").model_copy(update={"id": "E1"})
    seen = kit.people(3).model_copy(update={"id": "E2"})
    text = "It is the Corner Shop. There are 3 people."
    assert [c.evidence for c in cite(text, "", [shop, seen])] == ["E1", "E2"]


def test_what_stands_nowhere_is_not_cited() -> None:
    assert cite("Napoleon", "Who?", [kit.reading("Corner Shop")]) == ()
    assert cite("8.20", "What?", []) == ()


@given(st.text(max_size=60), st.text(max_size=30), st.lists(st.text(max_size=40), max_size=4))
def test_citations_slice_the_answer_and_quote_the_evidence(
    text: str, question: str, texts: list[str]
) -> None:
    box = Box(x1=0, y1=0, x2=1, y2=1)
    evidence = [
        Evidence(
            id=f"E{n}",
            kind="text",
            text=t,
            lines=tuple(TextLine(text=part, score=1, box=box) for part in t.splitlines()),
        )
        for n, t in enumerate(texts)
    ]
    by_id = {e.id: e for e in evidence}
    end = 0
    for citation in cite(text, question, evidence):
        assert end <= citation.start < citation.end <= len(text)
        end = citation.end
        source = by_id[citation.evidence]
        assert all(word in source.text for word in citation.quote.split())


class TestPassages:
    """On made-up pages: a row is 12 points high, a letter 6 wide."""

    def pieces(self, books: dict[str, list[Any]]) -> tuple[list[Evidence], Any]:
        from looktwice.media.store import Store
        from looktwice.tools.documents.passages import as_evidence
        from looktwice.tools.documents.search import DocumentSearch

        index = fake_index.MemoryIndex(books)
        desk = DocumentSearch(index, Store(Path("unused")))
        found = [as_evidence(desk.piece(p)) for p in index._passages()]
        numbered = [e.model_copy(update={"id": f"E{n}"}) for n, e in enumerate(found, 1)]
        return numbered, index.page

    def test_the_right_row_of_a_table_is_boxed(self) -> None:
        table = fake_index.page(
            3, "(in millions) 2018 2017", "Rent 412 398", "Wages 398 377", "Total 810 775"
        )
        evidence, find = self.pieces({"a.pdf": [table]})
        for question, said, row in (
            ("What was the rent in 2017?", "398", 1),
            ("What were the wages in 2018?", "398", 2),
            ("What is the total?", "It was 810 million.", 3),
        ):
            (citation,) = cite(said, question, evidence, find)
            (box,) = citation.boxes
            assert box.y1 == 12 * row, question
            assert citation.source.page == 3

    def test_of_the_same_number_the_one_whose_words_fit(self) -> None:
        books = {
            "plant.pdf": [
                fake_index.page(1, "Head count 1,577", "capital expenditure was discussed")
            ],
            "report.pdf": [fake_index.page(7, "Capital expenditure 1,577", "Head count 1,200")],
        }
        evidence, find = self.pieces(books)
        (capex,) = cite("1,577", "What was the capital expenditure?", evidence, find)
        (heads,) = cite("1,577", "What was the head count?", evidence, find)
        assert (capex.source.document, capex.source.page) == ("report.pdf", 7)
        assert (heads.source.document, heads.source.page) == ("plant.pdf", 1)

    def test_a_bare_yes_quotes_the_lines_with_the_questions_words(self) -> None:
        books = {
            "report.pdf": [
                fake_index.page(1, "Letter to the owners", "the weather was good"),
                fake_index.page(2, "Cash fell to 1,093", "Rent 12"),
                fake_index.page(3, "Cash on hand fell in the second quarter", "Wages 9"),
            ]
        }
        evidence, find = self.pieces(books)
        citations = cite("Yes", "Was it the second quarter that cash fell?", evidence, find)
        assert [(c.source.page, c.quote) for c in citations] == [
            (3, "Cash on hand fell in the second quarter"),
            (2, "Cash fell to 1,093"),
        ]

    def test_other_pages_that_say_the_same_are_cited_also(self) -> None:
        books = {
            "report.pdf": [
                fake_index.page(1, "Capital expenditure in 2018 was 1,577"),
                fake_index.page(4, "Head count 1,577"),
                fake_index.page(7, "Capital expenditure 2018 1,577"),
            ]
        }
        evidence, find = self.pieces(books)
        question = "What was the capital expenditure in 2018?"
        seen, rest = evidence[:1], evidence[1:]
        citations = cite("1,577", question, seen, find, rest)
        assert [c.source.page for c in citations] == [1, 7]
        assert all(c.start == 0 and c.end == 5 for c in citations)

    def test_of_the_same_row_the_document_that_is_named(self) -> None:
        books = {
            f"{name}_2018.pdf": [fake_index.page(2, "Revenue 1,577", "and more")]
            for name in ("acme", "beta", "gamma")
        }
        evidence, find = self.pieces(books)
        (citation,) = cite("1,577", "What was the revenue of Beta in 2018?", evidence, find)
        assert citation.source.document == "beta_2018.pdf"

    def test_of_the_same_line_twice_the_one_in_the_passage(self) -> None:
        lines = ["Revenue 412", *["filler"] * 5, "Outlook", "Revenue 412"]
        evidence, find = self.pieces({"a.pdf": [fake_index.page(1, *lines)]})
        (citation,) = cite("412", "Which revenue is the outlook?", evidence[1:], find)
        assert citation.boxes[0].y1 == 12 * 7

    def test_a_sum_in_another_unit_is_cited_where_it_stands(self) -> None:
        table = fake_index.page(1, "(in millions)", "Plant 8,738", "Debt 8,866")
        evidence, find = self.pieces({"a.pdf": [table]})
        (citation,) = cite("It was $8.74 billion", "How much?", evidence, find)
        assert "Plant 8,738" in citation.quote

    def test_a_page_that_is_gone_is_cited_with_the_boxes_it_had(self) -> None:
        evidence, find = self.pieces({"a.pdf": [fake_index.page(1, "Rent 412", "Wages 398")]})
        (there,) = cite("398", "Which wages?", evidence, find)
        (gone,) = cite("398", "Which wages?", evidence)
        assert gone.boxes == there.boxes

    def test_a_document_without_layout_is_quoted_without_boxes(self) -> None:
        page = fake_index.page(1, "Rent 412", "Wages 398", boxes=False)
        evidence, find = self.pieces({"a.md": [page]})
        (citation,) = cite("398", "Which wages?", evidence, find)
        assert (citation.quote, citation.boxes) == ("Wages 398", ())

    @given(st.integers(0, 7), st.booleans())
    def test_whatever_row_holds_the_number_is_the_one_boxed(self, row: int, wrapped: bool) -> None:
        rows = [f"Item{n} {1000 + 37 * n:,} {2000 + 41 * n:,}" for n in range(8)]
        evidence, find = self.pieces({"a.pdf": [fake_index.page(1, *rows)]})
        said = f"Item{row} came to {2000 + 41 * row:,}" if wrapped else f"{2000 + 41 * row:,}"
        (citation,) = cite(said, f"How much was Item{row}?", evidence, find)
        assert [box.y1 for box in citation.boxes] == [12 * row]


def test_a_bare_yes_is_cited_where_the_questions_words_stand() -> None:
    pages = [
        Evidence(
            id=f"E{n}",
            kind="passage",
            text=text,
            source=Source(document="a.pdf", page=n),
        )
        for n, text in enumerate(["weather", "the shops were closed", "shops in the north"], 1)
    ]
    cited = cite("Yes", "Were shops in the north closed?", pages)
    assert {c.source.page for c in cited} == {2, 3}
    assert {(c.start, c.end) for c in cited} == {(0, 3)}
    assert len(cite("Yes, they were closed", "Were shops closed?", pages)) == 1
