"""Of long answers, lines that nothing read carries are left out; the rest stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.verification.statements import supported_lines
from looktwice.schema import Evidence

READ = [Evidence(kind="text", text="text read:\nBread 3.10\nMilk 5.10\nTotal 8.20 EUR")]


def test_a_line_with_a_number_that_was_not_read_is_left_out() -> None:
    kept, dropped = supported_lines("- Bread 3.10\n- Cake 9.99\n- Milk 5.10", READ, literal=True)
    assert kept == "- Bread 3.10\n- Milk 5.10"
    assert dropped == ("- Cake 9.99",)


def test_numbers_of_a_list_itself_need_not_be_read() -> None:
    assert supported_lines("1. Bread\n2. Milk\n3. Total 8.20", READ, literal=True)[1] == ()


def test_a_line_said_twice_stands_once() -> None:
    kept, dropped = supported_lines("Bread 3.10\nBread 3.10", READ, literal=True)
    assert (kept, len(dropped)) == ("Bread 3.10", 1)


@pytest.mark.parametrize(("literal", "stands"), [(True, False), (False, True)])
def test_other_words_stand_only_where_an_answer_may_use_its_own(
    literal: bool, stands: bool
) -> None:
    line = "The customer bought groceries yesterday evening"
    assert bool(supported_lines(line, READ, literal)[0]) == stands


def test_a_table_keeps_its_rule() -> None:
    table = "| item | price |\n| --- | --- |\n| Bread | 3.10 |\n| Cake | 9.99 |"
    kept, dropped = supported_lines(table, READ, literal=True)
    assert kept.splitlines() == ["| item | price |", "| --- | --- |", "| Bread | 3.10 |"]
    assert len(dropped) == 1


def test_nothing_is_left_of_what_nothing_carries() -> None:
    assert supported_lines("Cake 9.99\n\n---", READ, literal=True)[0] == ""


@given(st.text(max_size=200), st.booleans())
def test_it_only_leaves_out(draft: str, literal: bool) -> None:
    kept, dropped = supported_lines(draft, READ, literal)
    assert len(kept) <= len(draft)
    assert set(kept.splitlines()) | set(dropped) <= {
        piece
        for line in draft.splitlines()
        for piece in (line, line.strip(), line.rstrip(), line.lstrip())
    } | {""}
