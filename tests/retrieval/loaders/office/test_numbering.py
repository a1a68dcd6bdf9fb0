"""Word's lists are numbered as Word shows them."""

from __future__ import annotations

import pytest
from looktwice.retrieval.loaders.office.numbering import Numbering
from lxml import etree

from .kit import W


def numbering(levels: str, numbers: str) -> Numbering:
    xml = (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="5">{levels}</w:abstractNum>'
        f"{numbers}</w:numbering>"
    )
    return Numbering(etree.fromstring(xml), f"{{{W}}}")


def level(at: int, form: str, text: str, start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


ONE = '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
AGAIN = (
    '<w:num w:numId="2"><w:abstractNumId w:val="5"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
)


@pytest.mark.parametrize(
    ("levels", "asked", "shown"),
    [
        (level(0, "decimal", "%1."), [("1", 0)] * 3, ["1. ", "2. ", "3. "]),
        (level(0, "decimal", "§ %1", 7), [("1", 0)] * 2, ["§ 7 ", "§ 8 "]),
        (level(0, "lowerLetter", "%1)", 25), [("1", 0)] * 3, ["y) ", "z) ", "aa) "]),
        (level(0, "upperRoman", "%1.", 3), [("1", 0)] * 2, ["III. ", "IV. "]),
        (level(0, "bullet", "•"), [("1", 0)], [""]),
        (
            level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2"),
            [("1", 0), ("1", 1), ("1", 1), ("1", 0), ("1", 1)],
            ["1. ", "1.1 ", "1.2 ", "2. ", "2.1 "],
        ),
        (
            level(0, "decimal", "%1."),
            [("1", 0), ("1", 0), ("2", 0), ("2", 0)],
            ["1. ", "2. ", "1. ", "2. "],
        ),
        ("", [("1", 0), ("9", 3)], ["", ""]),
    ],
)
def test_lists_count_on_by_level(
    levels: str, asked: list[tuple[str, int]], shown: list[str]
) -> None:
    lists = numbering(levels, ONE + AGAIN)
    assert [lists.marker(*one) for one in asked] == shown


def test_a_document_without_lists_has_no_numbers() -> None:
    assert Numbering(None, f"{{{W}}}").marker("1", 0) == ""
