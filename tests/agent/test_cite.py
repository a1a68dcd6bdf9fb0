"""Where the statements of an answer are written or seen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.cite import carrying_lines, cite, statements
from looktwice.schema import Box, Evidence, Source, TextLine


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


def test_the_line_and_its_box_are_quoted(kit: Any) -> None:
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


def test_counted_things_are_cited_by_their_boxes(kit: Any) -> None:
    seen = kit.people(3).model_copy(update={"id": "E2", "boxes": ()})
    (citation,) = cite("3 persons", "How many people?", [seen])
    assert citation.boxes == tuple(d.box for d in seen.detections)
    assert citation.quote == "3 person (counted by the object detector)"


def test_every_statement_gets_its_own_source(kit: Any) -> None:
    shop = kit.reading("Corner Shop").model_copy(update={"id": "E1"})
    seen = kit.people(3).model_copy(update={"id": "E2"})
    text = "It is the Corner Shop. There are 3 people."
    assert [c.evidence for c in cite(text, "", [shop, seen])] == ["E1", "E2"]


def test_what_stands_nowhere_is_not_cited(kit: Any) -> None:
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
