from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.errors import UsageError
from looktwice.retrieval.pages import Page, RawLine, Word, build_page
from looktwice.retrieval.text.chunking import Chunk, Chunker
from looktwice.retrieval.text.sentences import count_words, pieces, sentence_ends
from looktwice.schema import Frame


def line(text: str, kind: str = "text", level: int = 0, begins: bool = False) -> RawLine:
    return RawLine(tuple(Word(w) for w in text.split()), kind, level, begins)  # type: ignore[arg-type]


def page(*lines: RawLine, **more: object) -> Page:
    return build_page(1, lines, **more)  # type: ignore[arg-type]


def texts(page: Page, chunks: list[Chunk]) -> list[str]:
    return [page.text[cut.start : cut.end] for cut in chunks]


def prose(sentences: int, words: int = 10, tag: str = "w") -> str:
    return " ".join(
        " ".join([f"{tag.capitalize()}{s}", *(f"{tag}{s}x{w}" for w in range(words - 1))]) + "."
        for s in range(sentences)
    )


def own(text: str) -> Page:
    return page(line(text, begins=True))


# --- any page at all ---------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "profit",
        "rose.",
        "U.S.",
        "in",
        "2022.",
        "The",
        "東京都は大きい。",
        "ประเทศไทย",
        "$1,234",
        "(why?)",
        "x" * 90,
    ]
)
LINES = st.builds(
    lambda words, kind, level, begins: line(
        " ".join(words), kind, level if kind == "heading" else 0, begins
    ),
    st.lists(WORDS, min_size=1, max_size=25),
    st.sampled_from(["text", "text", "text", "row", "heading", "furniture"]),
    st.integers(1, 3),
    st.booleans(),
)
SIZES = st.sampled_from([(1, 0), (10, 5), (40, 8), (200, 40)])
FRAMES: st.SearchStrategy[Frame] = st.sampled_from(["page", "picture"])


@st.composite
def documents(draw: st.DrawFn) -> list[Page]:
    outline = st.sampled_from([(), ("Part I",), ("Part I", "Item 1"), ("Part II",)])
    return [
        build_page(n + 1, lines, frame=draw(FRAMES), section=draw(outline))
        for n, lines in enumerate(
            draw(st.lists(st.lists(LINES, max_size=40), min_size=1, max_size=4))
        )
    ]


@given(documents(), SIZES)
def test_cuts_are_in_order_cover_every_line_and_hold_no_furniture(
    pages: list[Page], size: tuple[int, int]
) -> None:
    chunker = Chunker(*size)
    for one in pages:
        chunks = chunker.chunks(one)
        held = set[int]()
        for cut in chunks:
            assert 0 <= cut.start < cut.end <= len(one.text)
            assert one.text[cut.start : cut.end] == one.text[cut.start : cut.end].strip()
            held.update(range(cut.start, cut.end))
        assert [c.end for c in chunks] == sorted({c.end for c in chunks})
        assert [c.start for c in chunks] == sorted({c.start for c in chunks})
        for mark in one.lines:
            letters = {at for at in range(mark.start, mark.end) if not one.text[at].isspace()}
            assert letters.isdisjoint(held) if mark.kind == "furniture" else letters <= held


@given(documents(), SIZES)
def test_cuts_keep_to_their_size_and_rows_stay_whole(
    pages: list[Page], size: tuple[int, int]
) -> None:
    words, overlap = size
    chunker = Chunker(*size)
    for one in pages:
        chunks = chunker.chunks(one)
        rows = [mark for mark in one.lines if mark.kind == "row"]
        for cut in chunks:
            assert not any(
                r.start < border < r.end for r in rows for border in (cut.start, cut.end)
            )
            longest = max(
                (
                    count_words(one.text[r.start : r.end])
                    for r in rows
                    if cut.start <= r.start < cut.end
                ),
                default=0.0,
            )
            limit = max(words, longest + 0.75 * words)
            assert count_words(one.text[cut.start : cut.end]) <= limit + 1e-6
        for before, after in itertools.pairwise(chunks):
            repeated = one.text[after.start : before.end] if after.start < before.end else ""
            assert count_words(repeated) <= overlap + 1e-6


@given(documents(), SIZES, st.integers(0, 3))
def test_going_on_from_a_page_gives_the_same_cuts(
    pages: list[Page], size: tuple[int, int], at: int
) -> None:
    at = min(at, len(pages) - 1)
    whole, first = Chunker(*size), Chunker(*size)
    expected = [whole.chunks(one) for one in pages]
    begun = [first.chunks(one) for one in pages[:at]]
    rest = Chunker(*size, section=first.section)
    assert begun + [rest.chunks(one) for one in pages[at:]] == expected


# --- borders -----------------------------------------------------------------------------------


def test_a_short_page_is_one_passage_and_an_empty_one_none() -> None:
    one = page(line("Revenue rose.", begins=True))
    assert Chunker().chunks(one) == [Chunk(0, len("Revenue rose."))]
    assert Chunker().chunks(page()) == []
    assert Chunker().chunks(page(line("Page 1 of 2", "furniture"))) == []


def test_long_prose_is_cut_at_sentences_and_repeats_some() -> None:
    one = own(prose(60))
    found = texts(one, Chunker(200, 40).chunks(one))
    assert all(text.endswith(".") and text.startswith("W") for text in found)
    assert [len(text.split()) for text in found[:-1]] == [200] * (len(found) - 1)
    for before, after in itertools.pairwise(found):
        assert before.split()[-40:] == after.split()[:40]


def test_a_paragraph_is_a_better_border_than_a_sentence() -> None:
    one = page(line(prose(15), begins=True), line(prose(25, tag="v"), begins=True))
    chunks = Chunker(200, 0).chunks(one)
    assert one.text[chunks[1].start :].startswith("V0")


def test_a_heading_opens_a_passage_and_names_it() -> None:
    one = page(
        line("Revenue", "heading", 1),
        line(prose(16)),
        line("Costs", "heading", 1),
        line("Rent", "heading", 2),
        line(prose(16, tag="v")),
    )
    first, second = Chunker(overlap=0).chunks(one)
    assert one.text[first.start : first.end].startswith("Revenue\n")
    assert one.text[second.start : second.end].startswith("Costs\nRent\n")
    assert (first.heading, second.heading) == (("Revenue",), ("Costs", "Rent"))


def test_a_heading_of_two_lines_is_one() -> None:
    one = page(line("Statement of", "heading", 1), line("Income", "heading", 1), line(prose(3)))
    assert Chunker().chunks(one)[0].heading == ("Statement of Income",)


def test_headings_hold_on_the_next_page_and_the_outline_has_its_say() -> None:
    chunker = Chunker()
    chunker.chunks(page(line("Part I", "heading", 1), line("Item 2", "heading", 3), line(prose(3))))
    assert chunker.section == ("Part I", "", "Item 2")
    body = line(prose(3), begins=True)
    assert chunker.chunks(page(body))[0].heading == ("Part I", "Item 2")
    assert chunker.chunks(page(body, section=("PART  I",)))[0].heading == ("Part I", "Item 2")
    assert chunker.chunks(page(body, section=("Part II",)))[0].heading == ("Part II",)


def test_very_short_sections_join_their_neighbour() -> None:
    one = page(
        line("Item 1", "heading", 1),
        line("Reserved."),
        line("Item 2", "heading", 1),
        line(prose(10)),
        line("Item 3", "heading", 1),
        line("None."),
    )
    chunks = Chunker().chunks(one)
    assert [(c.start, c.end) for c in chunks] == [(0, len(one.text))]
    assert chunks[0].heading == ("Item 2",)


def test_what_fits_stays_whole_whatever_headings_are_in_it() -> None:
    assert len(Chunker(200, 40).chunks(own(prose(20)))) == 1
    assert len(Chunker(200, 40).chunks(own(prose(21)))) == 2
    parts = [line(prose(4), "text"), line("Costs", "heading", 1)] * 4
    assert len(Chunker(200, 40).chunks(page(*parts))) == 1


def test_paragraphs_in_large_letters_are_no_headings() -> None:
    one = page(line(prose(8), "heading", 1), line(prose(8, tag="v")))
    assert {cut.heading for cut in Chunker().chunks(one)} == {()}


def test_a_table_begins_its_passage_where_it_can() -> None:
    rows = [line(f"item{r} 1 2 3 4 5 6 7 8", "row", begins=r == 0) for r in range(18)]
    one = page(line(prose(17), begins=True), *rows, line(prose(20, tag="v"), begins=True))
    chunks = texts(one, Chunker(200, 0).chunks(one))
    assert chunks[1].startswith("item0")
    assert "item17" in chunks[1]


def test_tables_repeat_whole_rows() -> None:
    one = page(*(line(f"row{r} " + "7 " * 9, "row", begins=r == 0) for r in range(100)))
    found = texts(one, Chunker(200, 40).chunks(one))
    for before, after in itertools.pairwise(found):
        assert before.split("\n")[-4:] == after.split("\n")[:4]


def test_a_row_longer_than_a_passage_stays_whole_and_alone() -> None:
    one = page(line("small 1", "row"), line("long " + "7 " * 500, "row"), line("last 2", "row"))
    found = texts(one, Chunker(200, 40).chunks(one))
    assert any(text.startswith("long") or text.startswith("small") for text in found)
    assert sum("long" in text for text in found) == 1
    assert max(len(text.split()) for text in found) <= 505


def test_what_a_picture_shows_and_says_are_apart_however_short() -> None:
    one = page(
        line("shown in the picture", "heading", 1),
        line("a bus", begins=True),
        line("words in the picture", "heading", 1),
        line("cero emisiones", begins=True),
        frame="picture",
    )
    found = texts(one, Chunker().chunks(one))
    assert found == ["shown in the picture\na bus", "words in the picture\ncero emisiones"]


@pytest.mark.parametrize(
    "text", ["x" * 50_000, "word " * 10_000, "東京" * 5_000, "ไทย" * 5_000, "1,234 " * 9_000]
)
def test_text_without_any_borders_is_still_cut(text: str) -> None:
    one = own(text)
    chunks = Chunker().chunks(one)
    assert all(count_words(t) <= 300 for t in texts(one, chunks))
    assert 2 < len(chunks) < 400


def test_one_long_line_is_cut_at_its_sentences() -> None:
    one = own("東京は日本の首都です。" * 200)
    assert all(t.endswith("。") for t in texts(one, Chunker().chunks(one)))


def test_an_overlap_of_more_than_half_is_refused() -> None:
    with pytest.raises(UsageError, match="overlap"):
        Chunker(words=50, overlap=40)


# --- words and sentences -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("two words", 2),
        ("日本語", 1.8),
        ("한국어 문장", 2),
        ("x" * 201, 11),
        ("naïve café", 2),
    ],
)
def test_words_are_counted_in_any_language(text: str, words: float) -> None:
    assert count_words(text) == pytest.approx(words)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It rose. Then it fell.", ["It rose.", "Then it fell."]),
        ("The U.S. economy of J. Smith grew.", ["The U.S. economy of J. Smith grew."]),
        ('He said "no." She left', ['He said "no."', "She left"]),
        ("up 3.5% to approx. five. Übrigens", ["up 3.5% to approx. five.", "Übrigens"]),
        ("雨です。雪です。", ["雨です。", "雪です。"]),
        ("क्या हुआ। फिर", ["क्या हुआ।", "फिर"]),
    ],
)
def test_sentences_end_where_they_do(text: str, sentences: list[str]) -> None:
    ends = [0, *sentence_ends(text), len(text)]
    found = [text[a:b].strip() for a, b in itertools.pairwise(ends)]
    assert found == sentences


@given(st.text(alphabet="ab 東ไ", max_size=300), st.integers(1, 9))
def test_pieces_lose_no_letter_and_keep_to_their_size(text: str, most: int) -> None:
    found = list(pieces(text, most))
    assert "".join(text[a:b] for a, b in found).replace(" ", "") == text.replace(" ", "")
    assert all(count_words(text[a:b]) <= most + 1e-6 or b - a == 1 for a, b in found)
