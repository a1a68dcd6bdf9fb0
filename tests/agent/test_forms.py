"""Every form has its instructions; lists and tables are also values."""

from __future__ import annotations

from typing import get_args

import pytest
from looktwice.agent.forms import FACT, FORMS
from looktwice.agent.nodes.finish import rows_of
from looktwice.schema import FormName


def test_every_form_there_is_has_its_instructions() -> None:
    assert set(FORMS) == set(get_args(FormName))
    assert all(form.instruction for form in FORMS.values())
    assert FACT.brief


def test_a_form_is_brief_or_made_of_what_was_read() -> None:
    assert all(form.brief != form.worked for form in FORMS.values())


@pytest.mark.parametrize(
    ("text", "form", "rows"),
    [
        ("- Bread 3.10\n- Milk 5.10", "list", (("Bread 3.10",), ("Milk 5.10",))),
        ("1. Bread\n2) Milk", "list", (("Bread",), ("Milk",))),
        ("| a | b |\n| --- | ---: |\n| 1 | 2 |", "table", (("a", "b"), ("1", "2"))),
        ("8.20", "fact", ()),
        ("", "table", ()),
    ],
)
def test_rows(text: str, form: FormName, rows: tuple[tuple[str, ...], ...]) -> None:
    assert rows_of(text, form) == rows
