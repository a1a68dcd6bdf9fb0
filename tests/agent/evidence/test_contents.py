"""Evidence as values: lines, rows of tables, and the words that bear numbers."""

from __future__ import annotations

import re

import pytest
from looktwice.agent.evidence.contents import lines_of, with_lines, words_beside, words_read
from looktwice.schema import Evidence, Source
from looktwice.tools.calculate import calculation_evidence

from ...source import relative, sources
from .. import kit

PAGE = kit.page_evidence("Our year", "2022 2021", "Sales 5 4", "Costs 3 2", "Good.")


def test_rows_of_tables_are_lines_with_cells() -> None:
    (sales,) = [line for line in lines_of(PAGE) if line.label == "Sales"]
    assert (sales.words, sales.told) == ("Sales 5 4", "Sales 5 4 2022 2021")
    assert [line.words for line in lines_of(PAGE) if not line.cells] == [
        "Our year", "2022 2021", "Good.",
    ]  # fmt: skip


def test_a_part_of_a_passage_keeps_its_columns() -> None:
    part = with_lines(PAGE, [0, 3])
    assert part.text == "Our year\nCosts 3 2"
    (_, costs) = lines_of(part)
    assert [(cell.header, cell.text) for cell in costs.cells] == [
        (("2022",), "3"),
        (("2021",), "2"),
    ]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (kit.reading("Total 8.20", "Cash 10"), "Total 8.20\nCash 10"),
        (kit.people(4), ""),
        (calculation_evidence("1 + 2", "3"), "1 + 2\n3"),
        (Evidence(kind="region", text="at the top (4% of the picture)"), ""),
        (Evidence(kind="value", text="12 kg"), "12 kg"),
        (PAGE, PAGE.text),
    ],
)
def test_only_what_was_read_bears_numbers(item: Evidence, words: str) -> None:
    assert words_read(item) == words


def test_a_file_and_a_heading_bear_words() -> None:
    source = Source(document="reports/acme_2018.pdf", page=3)
    item = Evidence(kind="passage", text="x", source=source, heading=("Part A", "Fees"))
    assert words_beside(item) == "reports acme 2018 Part A Fees"


READING_BACK = re.compile(
    r"""(?:partition|split)\((?:" = "|"; "|": "|"="|"\\n", 1)\)|split(?:lines\(\)|\("\\n"\))\[1:\]"""
)
OF_OTHERS = {
    "agent/verification/calculation.py": "a model's reply",
    "agent/batch/formats.py": "a column of a results file",
}


def test_nothing_reads_our_own_words_back() -> None:
    """What is rendered for a model is never taken apart again: programs have the values."""
    found = {
        relative(path)
        for path in sources()
        if relative(path).startswith(("agent/", "tools/", "retrieval/text/"))
        and READING_BACK.search(path.read_text(encoding="utf-8"))
    }
    assert found <= set(OF_OTHERS)
