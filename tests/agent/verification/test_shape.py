"""Lists in lines, tables in rows."""

from __future__ import annotations

import pytest
from looktwice.agent.verification.shape import not_of_form
from looktwice.schema import FormName

PROSE = (
    "There are several items on it, and all of them are cheap, since it is a small shop in town."
)


@pytest.mark.parametrize(
    ("form", "draft", "found"),
    [
        ("list", "- Bread 3.10\n- Milk 5.10", 0),
        ("list", "Bread\nMilk", 0),
        ("list", "- Bread 3.10", 0),  # there is but one
        ("list", "Bread, milk, candles", 0),  # short enough to be seen as one
        ("list", PROSE, 1),
        ("table", "| shop | total |\n| --- | --- |\n| Lyon | 5 |", 0),
        ("table", "shop | total\nLyon | 5", 0),
        ("table", "Lyon has 5 and Rome has 7.", 1),
        ("table", "Lyon: 5\nRome: 7", 1),
        ("table", "", 0),
        ("summary", PROSE, 0),
    ],
)
def test_the_form_that_was_asked_for(form: FormName, draft: str, found: int) -> None:
    assert len(not_of_form(draft, form)) == found
