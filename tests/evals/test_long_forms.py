"""What counts as a long answer that does what was asked."""

from __future__ import annotations

import pytest
from looktwice.evals.metrics.long_forms import Shape, fulfilled
from looktwice.evals.suites import SUITES, tasks_of

PRICED = "Bread<OR>Brot<WITH>1.20<AND>Milk<WITH>0.80<AND>Tea<WITH>3.10"


@pytest.mark.parametrize(
    ("shape", "answer", "worth"),
    [
        ("list", "- Bread: 1.20\n- Milk: €0.80\n- Tea: 3.10", 1.0),
        ("list", "- Brot 1,20\n- Milk 0,80\n- Tea 3,10", 1.0),
        ("list", "Bread 1.20, Milk 0.80, Tea 3.10", 0.0),  # one line is no list
        ("list", "- Bread: 0.80\n- Milk: 1.20\n- Tea: 3.10", 0.0),  # prices of other things
        ("list", "- Bread: 1.20\n- Milk: 0.80", 0.0),  # two of three are not enough
        ("table", "|Item|Price|\n|---|---|\n|Bread|1.20|\n|Milk|0.80|\n|Tea|3.10|", 1.0),
        ("table", "- Bread: 1.20\n- Milk: 0.80\n- Tea: 3.10", 0.0),
        ("prose", "They bought bread for 1.20, milk for 0.80 and tea for 3.10.", 1.0),
        ("prose", "picture 1: text read\nBread 1.20\nMilk 0.80\nTea 3.10", 0.0),
        ("prose", "Bread 1.20 Milk 0.80 Tea 3.10" + "\nThank you very much" * 3, 0.0),
    ],
)
def test_an_answer_needs_its_parts_in_the_shape_that_was_wanted(
    shape: Shape, answer: str, worth: float
) -> None:
    assert fulfilled(answer, [PRICED], shape) == worth


def test_the_suite_asks_alike_often_for_every_form_and_its_papers_can_be_copied() -> None:
    tasks = tasks_of(SUITES["long_forms"])
    kinds = [task.kind for task in tasks]
    assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys(kinds, 10)
    for task in tasks:
        if task.kind == "transcription":
            copied = "\n".join(task.truth.answers[-1].split("<AND>"))
            assert fulfilled(copied, task.truth.answers, "prose") == 1.0
