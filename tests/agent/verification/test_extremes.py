"""The highest and the lowest of what was read by name."""

from __future__ import annotations

import pytest
from looktwice.agent.verification.extremes import right_extreme
from looktwice.schema import Evidence

CHART = Evidence(
    kind="text", text="text read:\nSales\n42\n44\nJan  Feb  Mar\nJan: 42\nFeb: 44\nMar: 7"
)
TABLE = Evidence(
    kind="text",
    text="text read:\nUnits  Price\nSoap: Units = 9; Price = $4.10\nRice: Units = 3; Price = $7.00",
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
    even = Evidence(kind="text", text="text read:\nJan: 5\nFeb: 5\nMar: 1")
    assert right_extreme("Jan", "Which is highest?", [even]) == "Jan"
