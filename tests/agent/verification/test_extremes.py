"""The highest and the lowest of what was read by name."""

from __future__ import annotations

import pytest
from looktwice.agent.verification.extremes import right_extreme
from looktwice.retrieval.table_rows import TableRow, tables_of
from looktwice.schema import Cell, Evidence, Table


def chart(**values: str) -> Evidence:
    """Values over labels, as they are read off a bar chart."""
    cells = [
        cell
        for row, (name, value) in enumerate(values.items())
        for cell in (
            Cell(text=name, row=row, column=0, is_header=True),
            Cell(text=value, row=row, column=1, label=(name,)),
        )
    ]
    return Evidence(kind="text", text="text read:", tables=(Table(cells=tuple(cells)),))


CHART = chart(Jan="42", Feb="44", Mar="7")
TABLE = Evidence(
    kind="text",
    text="text read:",
    tables=tables_of(
        [
            TableRow(0, ("", "Units", "Price"), True),
            TableRow(1, ("Soap", "9", "$4.10"), False),
            TableRow(2, ("Rice", "3", "$7.00"), False),
        ]
    ),
)


@pytest.mark.parametrize(
    ("draft", "question", "evidence", "right"),
    [
        ("Jan", "Which month has the highest bar?", CHART, "Feb"),
        ("Feb.", "Which month has the highest bar?", CHART, "Feb"),
        ("Jan", "Which month has the lowest value?", CHART, "Mar"),
        ("Jan", "Welcher Monat hat die größte Zahl?", CHART, "Feb"),
        ("Jan", "Which month is shown first?", CHART, "Jan"),
        ("44", "What is the highest value?", CHART, "44"),
        ("June", "Which month has the highest bar?", CHART, "June"),
        ("Soap", "Which has the highest price?", TABLE, "Rice"),
        ("Rice", "Of which are there the most units?", TABLE, "Soap"),
        ("Rice", "Which is the largest?", TABLE, "Rice"),  # nobody knows which column is meant
        ("Jan", "Is the highest or the lowest bar first?", CHART, "Jan"),
    ],
)
def test_the_program_compares(draft: str, question: str, evidence: Evidence, right: str) -> None:
    assert right_extreme(draft, question, [evidence]) == right


def test_equal_ones_are_not_told_apart() -> None:
    assert right_extreme("Jan", "Which is highest?", [chart(Jan="5", Feb="5", Mar="1")]) == "Jan"
