"""Headings, captions and printed page numbers."""

from __future__ import annotations

from looktwice.retrieval.outline import Section, outline_of
from looktwice.retrieval.pages import LineKind, Page, RawLine, Word, build_page


def page(number: int, *lines: tuple[str, LineKind, int], section: tuple[str, ...] = ()) -> Page:
    raw = [
        RawLine(tuple(Word(w, (0, 9 * n, 5, 9 * n + 8)) for w in text.split()), kind, level)
        for n, (text, kind, level) in enumerate(lines)
    ]
    return build_page(number, raw, width=100, height=200, section=section)


def text(words: str) -> tuple[str, LineKind, int]:
    return words, "text", 0


def head(words: str, level: int) -> tuple[str, LineKind, int]:
    return words, "heading", level


def foot(words: str) -> tuple[str, LineKind, int]:
    return words, "furniture", 0


def test_a_heading_rules_until_the_next_of_its_level() -> None:
    made = outline_of(
        [
            page(1, head("Introduction", 1), text("words")),
            page(2, head("Why", 2), text("words")),
            page(3, head("Methods", 1), text("words")),
            page(4, text("words")),
        ]
    )
    assert made.sections == (
        Section("Introduction", 1, 1, 2),
        Section("Why", 2, 2, 2),
        Section("Methods", 1, 3, 4),
    )
    assert made.pages == 4


def test_slides_of_one_title_are_one_section() -> None:
    slides = [page(n, head("Results", 1), text(f"words {n}")) for n in (1, 2, 3)]
    made = outline_of([*slides, page(4, head("Outlook", 1)), page(5, head("Results", 1))])
    assert made.sections == (
        Section("Results", 1, 1, 3),
        Section("Outlook", 1, 4, 4),
        Section("Results", 1, 5, 5),
    )


def test_headings_of_the_own_outline_are_taken_once() -> None:
    made = outline_of(
        [
            page(1, head("Rent", 1), section=("Rent",)),
            page(2, text("more"), section=("Rent", "Deposit")),
        ]
    )
    assert [(s.title, s.page) for s in made.sections] == [("Rent", 1), ("Deposit", 2)]


def test_a_heading_on_two_lines_is_one_and_a_page_of_headings_is_none() -> None:
    lines = [head("Programs for", 2), head("Checking", 2), *[text(f"words {n}") for n in range(9)]]
    form = [head(f"Box {n}", 3) for n in range(20)]
    made = outline_of([page(1, *lines), page(2, *form)])
    assert next(s.title for s in made.sections) == "Programs for Checking"
    assert len(made.sections) <= 3


def test_captions_are_told_from_sentences_that_mention_a_figure() -> None:
    made = outline_of(
        [
            page(1, text("Figure 1: Sales by region"), text("Figure 1 shows the sales of 2019.")),
            page(2, text("Tabelle 2.1 Kosten je Monat"), text("See Table 3.")),
            page(3, text("Fig. A-2. The plant"), text("Figure 1: Sales by region, continued")),
            page(4, text("图 4：销售")),
        ]
    )
    assert [(c.kind, c.number, c.page) for c in made.captions] == [
        ("figure", "1", 1),
        ("table", "2.1", 2),
        ("figure", "A-2", 3),
        ("figure", "4", 4),
    ]
    assert made.captions[0].boxes

    def opened(question: str) -> list[int]:
        return [caption.page for caption in made.mentioned(question)]

    assert opened("What is the title of Figure 1, and what does fig. A-2 show?") == [1, 3]
    assert opened("Was steht in Tabelle 2.1?") == [2]
    assert opened("见图4中的销售") == [4]
    assert opened("Which table has the most rows? Is table 2 longer than 10 %?") == []


def test_labels_of_figures_side_by_side_are_all_kept() -> None:
    made = outline_of(
        [page(3, text("FIG . 1 . FIG. 2 ."), text("Figure 5: Tables 1 and 2 joined"))]
    )
    assert [(c.kind, c.number) for c in made.captions] == [
        ("figure", "1"),
        ("figure", "2"),
        ("figure", "5"),
    ]


def test_printed_numbers_run_along_with_the_pages() -> None:
    pages = [page(1, text("Cover of 2019"))]
    pages += [
        page(n, text(f"There are {90 - n} ducks"), foot(f"Report 2019 | {n + 6980}"))
        for n in (2, 3)
    ]
    pages += [page(4, text("A picture without a foot"))]
    pages += [page(n, text("words"), foot(f"{n + 6980}")) for n in (5, 6)]
    made = outline_of(pages)
    assert made.labels == {2: "6982", 3: "6983", 4: "6984", 5: "6985", 6: "6986"}
    assert made.labelled("6985") == (5,)


def test_numbers_that_do_not_run_along_are_no_labels() -> None:
    pages = [page(n, text(f"{n * n + 3} cups"), foot("Report 2019")) for n in range(1, 9)]
    assert outline_of(pages).labels == {}
