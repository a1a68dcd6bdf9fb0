"""A model that only reads: the words of a draft are put right over the same evidence, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.errors import DeadlinePassed
from looktwice.schema import Answer

from .. import fake_index, kit

Make = Callable[..., Assistant]
LIST = "List all items on this receipt with their prices."
PROSE = "It lists Bread for 3.10 and Milk for 5.10, and below them Total 8.20 and then Cash 10.00"
LINES = "- Bread 3.10\n- Milk 5.10"


def ask(make: Make, question: str, draft: str, again: str) -> tuple[Answer, kit.Script]:
    script = kit.Script(says={"draft": draft, "revise": again})
    return make(script.model()).ask(question, [kit.picture()]), script


def test_a_list_that_is_none_is_written_anew(make: Make) -> None:
    answer, script = ask(make, LIST, PROSE, LINES)
    assert (answer.form, answer.text, answer.status) == ("list", LINES, "answered")
    assert script.asked.count("revise") == 1
    assert answer.rows == (("Bread 3.10",), ("Milk 5.10",))


def test_what_still_is_no_list_is_given_all_the_same(make: Make) -> None:
    answer, script = ask(make, LIST, PROSE, PROSE)
    assert (answer.text, answer.status) == (PROSE, "answered")
    assert script.asked.count("revise") == 1


def test_a_short_answer_in_another_language_is_tried_again_and_then_weighed(make: Make) -> None:
    german = "Die Summe auf diesem Kassenzettel ist 8.20 und sie steht in der letzten Zeile."
    answer, script = ask(make, kit.TOTAL, german, german)
    assert (answer.text, answer.status) == (german, "answered")
    assert script.asked.count("revise") == 1
    assert "language" in next(step.did for step in answer.steps if step.node == "check")


@pytest.mark.parametrize(("sure", "status"), [(0.9, "answered"), (0.3, "partial")])
def test_a_long_answer_from_pages_is_as_sure_as_the_model_is_of_it(
    make: Make, sure: float, status: str
) -> None:
    """Its lines may stand there and still compare the wrong ones."""
    page = fake_index.page(1, "Rent of the flat 900 in 2021", "Rent of the house 950 in 2022")
    index = fake_index.MemoryIndex({"lease.pdf": [page]})
    script = kit.Script(says={"draft": "Rent of the flat 900 in 2021"}, yes={"supported": sure})
    answer = make(script.model(), index=index).ask("Explain the rent of the flat step by step.")
    assert (answer.form, answer.status) == ("explanation", status)
    assert answer.confidence == pytest.approx(sure)
    assert ("the model itself is not sure of it" in answer.text) is (status == "partial")


@pytest.mark.parametrize(("draft", "status"), [("900", "partial"), ("999", "failed")])
def test_a_draft_that_was_not_checked_is_given_only_where_no_program_doubts_it(
    make: Make, draft: str, status: str
) -> None:
    def until_the_draft(messages: Any, options: Any = ()) -> dict[str, float]:
        if kit.what_is_asked(messages) != "answerable":
            raise DeadlinePassed
        return {"yes": 0.9, "no": 0.1}

    script = kit.Script(
        says={"draft": draft, "compute": until_the_draft, "revise": until_the_draft}
    )
    script.choice = until_the_draft
    index = fake_index.MemoryIndex(
        {"lease.pdf": [fake_index.page(1, "The rent is EUR 900 a month")]}
    )
    answer = make(script.model(), index=index).ask("How high is the rent in EUR?")
    assert (answer.status, draft in answer.text) == (status, status == "partial")
    assert ("come nearest: lease.pdf page 1" in answer.text) is (status == "failed")
