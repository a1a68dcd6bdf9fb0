"""What glyphs tell and text alone does not: raised marks, letters drawn twice, shared glyphs."""

from __future__ import annotations

import pytest

from ... import pdf_kit
from .kit import Maker


def raised(x: float, y: float, words: str, size: float, font: str = "F1") -> bytes:
    """Text whose size is in its matrix, as many programs write it."""
    return b"BT /%s 1 Tf %g 0 0 %g %g %g Tm (%s) Tj ET\n" % (
        font.encode(),
        size,
        size,
        x,
        y,
        words.encode(),
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            pdf_kit.text(80, 600, "Herring 41.9") + pdf_kit.text(147.5, 604, "2", 7),
            "Herring 41.9 [2]",
        ),
        (
            pdf_kit.text(80, 600, "1,385", 10, "F2") + raised(107, 603.5, "14", 5.5),
            "1,385 [14]",
        ),
        (
            b"BT /F1 11 Tf 80 600 Td (Rate 6.25) Tj 4 Ts /F1 6 Tf (b) Tj 0 Ts ET",
            "Rate 6.25 [b]",
        ),
        (
            pdf_kit.text(80, 600, "Loans 310") + pdf_kit.text(134, 605, "1", 7),
            "Loans 310 [1]",
        ),
        (
            b"BT /F1 11 Tf 80 600 Td (area 52 m) Tj 4 Ts /F1 6 Tf (2) Tj 0 Ts ET",
            "area 52 m²",
        ),
        (
            b"BT /F1 11 Tf 80 600 Td (of 10) Tj 4 Ts /F1 6 Tf (-4) Tj 0 Ts ET",
            "of 10^-4",
        ),
    ],
)
def test_a_raised_mark_is_no_digit_of_the_number(make: Maker, content: bytes, line: str) -> None:
    assert make.page(content).text == line


@pytest.mark.parametrize("number", ["27.51", "1,385", "2019", "310", "0.5%", "(44)"])
def test_numbers_without_marks_stay_as_they_are(make: Maker, number: str) -> None:
    page = make.page(pdf_kit.text(80, 600, f"Sum {number}") + pdf_kit.text(300, 600, number, 8))
    assert page.text == f"Sum {number} {number}"


@pytest.mark.parametrize("shift", [0.0, 0.3, 0.8])
def test_words_drawn_twice_to_look_bold_are_read_once(make: Maker, shift: float) -> None:
    once = pdf_kit.text(80, 600, "Notice of rent 5511")
    page = make.page(once + pdf_kit.text(80 + shift, 600, "Notice of rent 5511"))
    assert page.text.split() == ["Notice", "of", "rent", "5511"]


def test_letters_drawn_twice_one_by_one_are_read_once(make: Maker) -> None:
    content, x = b"", 80.0
    for letter, width in zip("Total", (7.3, 6.7, 3.3, 6.7, 2.7), strict=True):
        content += pdf_kit.text(x, 600, letter) + pdf_kit.text(x + 0.4, 600, letter)
        x += width
    assert make.page(content).text == "Total"


def test_the_same_word_beside_itself_stays(make: Maker) -> None:
    assert make.page(pdf_kit.text(80, 600, "11 1122 5500 11 had had")).text == (
        "11 1122 5500 11 had had"
    )


@pytest.mark.parametrize("words", [["لا", "إله"], ["الإسلام", "الآن"], ["ولأن", "سلام"]])
def test_right_to_left_ligatures_keep_the_order_of_their_letters(
    make: Maker, words: list[str]
) -> None:
    glyphs: list[str] = []
    line, at = " ".join(words), 0
    while at < len(line):
        pair = line[at : at + 2]
        glyphs.append(pair if pair in ("لا", "لإ", "لأ", "لآ") else line[at])
        at += len(glyphs[-1])
    kinds = sorted(set(glyphs))
    code = {glyph: 0x41 + at for at, glyph in enumerate(kinds)}
    shown = b"".join(b"%02x" % code[glyph] for glyph in reversed(glyphs))
    table = pdf_kit.unicode_map({at: glyph for glyph, at in code.items()})
    page = make.raw(
        b"BT /F3 14 Tf 200 600 Td <%s> Tj ET" % shown,
        pdf_kit.box_font(0x41, len(kinds), 7, 8),
        table,
        pdf_kit.BOX,
        fonts=b"/F3 6 0 R",
    )
    assert page.text == " ".join(words)
