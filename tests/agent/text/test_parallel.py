"""Which amount is of which year, where a sentence lists both."""

from __future__ import annotations

import pytest
from looktwice.agent.text.parallel import by_year


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "As of December 31, 2016 and 2017 , our liabilities were $2.4 billion and $3.0 billion . "
            "We reduce them.",
            [{"2016": "$2.4 billion", "2017": "$3.0 billion"}],
        ),
        (
            "Depreciation was $4.9 billion , $6.4 billion , and $8.8 billion which includes leases\n"
            "of $2.7 billion, $3.8 billion, and $5.4 billion for 2015 , 2016 , and 2017 .",
            [
                {"2015": "$4.9 billion", "2016": "$6.4 billion", "2017": "$8.8 billion"},
                {"2015": "$2.7 billion", "2016": "$3.8 billion", "2017": "$5.4 billion"},
            ],
        ),
        ("Die Quote lag 2021 und 2022 bei 12,5 % und 14 %.", [{"2021": "12,5 %", "2022": "14 %"}]),
        ("Sales rose from 12 in 2016 to 14 in 2017.", []),
        ("On June 30, 2016 and 2017 we had 3 stores.", []),
        ("It has 3, 4 and 5 rooms; in 2016 and 2017 it had 2 and 3.", [{"2016": "2", "2017": "3"}]),
        ("", []),
    ],
)
def test_lists_of_one_length_belong_together(text: str, found: list[dict[str, str]]) -> None:
    assert [listed.amounts for listed in by_year(text)] == found
