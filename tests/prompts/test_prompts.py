"""Every prompt renders with exactly its variables."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.errors import UsageError
from looktwice.prompts import render

VARIABLES = {
    path.name.removesuffix(".md"): set(
        re.findall(r"\$\{?([a-z]+)", path.read_text(encoding="utf-8"))
    )
    for path in files("looktwice.prompts").iterdir()
    if path.name.endswith(".md")
}


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_every_prompt_takes_exactly_its_variables(name: str) -> None:
    values = {variable: f"«{variable}»" for variable in VARIABLES[name]}
    text = render(name, **values)
    assert "$" not in text
    assert all(value in text for value in values.values())
    assert text == text.rstrip("\n")
    with pytest.raises(UsageError, match=name):
        render(name, **values, surplus="x")
    for variable in values:
        with pytest.raises(UsageError, match=variable):
            render(name, **{k: v for k, v in values.items() if k != variable})


def test_there_are_prompts_and_an_unknown_one_fails() -> None:
    systems = {"system_reading_pictures", "system_reading_documents", "system_plan"}
    assert {"frame_reading", "plan", "arguments", "standalone", *systems} <= set(VARIABLES)
    with pytest.raises(UsageError, match="no_such_prompt"):
        render("no_such_prompt")


@given(st.text())
def test_values_are_put_in_as_they_are(value: str) -> None:
    assert value in render("task_supported", draft=value)


def test_a_dollar_in_a_value_is_no_variable() -> None:
    text = render("frame_reading", evidence="$question ${task} $$8.20", question="Q", task="T")
    assert "$question ${task} $$8.20" in text
