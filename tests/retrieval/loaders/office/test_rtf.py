"""Rich Text Format: letters of every script, tables, notes and marks; nothing that was deleted."""

from __future__ import annotations

import pytest
from looktwice.retrieval.loaders.office.rtf import rtf_info, rtf_lines


def lines(body: str, head: str = r"{\rtf1\ansi\deff0{\fonttbl{\f0 Times;}}") -> list[str]:
    return [line.text for line in rtf_lines(f"{head}{body}}}".encode("latin-1"))]


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (
            r"Caf\'e9 of Ms \u346?liwa\par 2\'a0150 a month\par",
            ["Café of Ms Śliwa", "2 150 a month"],
        ),
        (r"\uc2\u8364\'3f\'3f 12\par", ["€ 12"]),
        (r"\u-10187?a\par", ["�a"]),
        (r"Debt 41.7{\super 3} of 9 m{\super 2}, H{\sub 2}O\par", ["Debt 41.7 [3] of 9 m², H2O"]),
        (r"kept {\deleted gone }{\v hidden }here\par", ["kept here"]),
        (
            r"{\header Ref 88\par}{\footer Page of many\par}Text{\footnote as of May}.\par",
            ["header: Ref 88", "Text [1].", "footnote 1: as of May", "footer: Page of many"],
        ),
        (
            r"{\*\atnauthor Lu}see{\*\annotation too dear}\par",
            ["see", "comment by Lu: too dear"],
        ),
        (
            r"\trowd\cellx100\cellx200 Kind\cell Fee\cell\row Boat\cell 31.50\cell\row\pard after\par",
            ["Kind | Fee", "Boat | 31.50", "after"],
        ),
        (r"a{\*\unknown x}b\{c\}\~d\emdash e\line f\par", ["ab{c} d—e", "f"]),
        (r"a{\pict\bin5 {{{{{ }b\par", ["ab"]),
        (r"{\info{\title T}}{\stylesheet{\s1 Head;}}x\par", ["x"]),
    ],
)
def test_what_is_read(body: str, read: list[str]) -> None:
    assert lines(body) == read


@pytest.mark.parametrize(
    ("charset", "code", "text"),
    [(204, "cp1251", "Договор"), (238, "cp1250", "Źródło"), (161, "cp1253", "Μίσθωση")],
)
def test_fonts_name_the_encoding_of_their_letters(charset: int, code: str, text: str) -> None:
    shown = "".join(f"\\'{byte:02x}" for byte in text.encode(code))
    head = rf"{{\rtf1\ansi{{\fonttbl{{\f0 A;}}{{\f1\fcharset{charset} B;}}}}"
    assert lines(rf"\f1 {shown}\par", head) == [text]
    assert lines(rf"{shown}\par", rf"{{\rtf1\ansi\ansicpg{code[2:]}") == [text]


@pytest.mark.parametrize("body", ["{" * 5000, "}" * 5000, r"\bin99999999 x", r"\u99999999?x", "\\"])
def test_broken_files_end(body: str) -> None:
    assert len(lines(body)) <= 1


def test_what_it_says_about_itself() -> None:
    data = rb"{\rtf1{\info{\title The lease}{\creatim\yr2021\mo3\dy9}}x\par}"
    assert rtf_info(data) == ("The lease", "2021-03-09")
    assert rtf_info(b"{\\rtf1 x}") == ("", "")
