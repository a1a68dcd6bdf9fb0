"""Checks run in order, put drafts of reading models right, and only doubt those of seeing models."""

from __future__ import annotations

import pytest
from looktwice.agent.forms import FORMS
from looktwice.agent.verification import registry
from looktwice.agent.verification.base import PASS, Case, Check, Doubt, Finding, Replace
from looktwice.agent.verification.engine import examine
from looktwice.schema import Box, Detection, Evidence, Source, TextLine


def line(text: str) -> TextLine:
    return TextLine(text=text, score=0.9, box=Box(x1=0, y1=0, x2=50, y2=10))


RECEIPT = Evidence(
    id="E1",
    kind="text",
    text="text read:\nTotal 37.50\nTax 4.20",
    lines=(line("Total 37.50"), line("Tax 4.20")),
    source=Source(picture="a" * 64),
)


def dogs(count: int) -> Evidence:
    found = tuple(
        Detection(label="dog", score=0.9, box=Box(x1=n, y1=0, x2=n + 1, y2=1)) for n in range(count)
    )
    return Evidence(id="E1", kind="objects", text=f"{count} dog", detections=found)


def always(finding: Finding) -> Check:
    return Check("always", "for a test", lambda case: finding)


def test_what_is_put_right_is_what_later_checks_see() -> None:
    seen = []

    def record(case: Case) -> Finding:
        seen.append(case.draft)
        return Doubt("hm")

    found = examine(
        Case("?", "one"), [always(Replace("two", "a reason")), Check("later", "", record)]
    )
    assert (found.draft, seen) == ("two", ["two"])
    assert found.corrections == (("always", "a reason"),)
    assert found.reasons == ("hm",)
    assert found.told == "always: put right, a reason; later: hm"


def test_a_model_that_sees_is_never_overruled() -> None:
    found = examine(Case("?", "one", sees=True), [always(Replace("two", "a reason"))])
    assert (found.draft, found.reasons) == ("one", ("a reason",))


def test_a_check_that_breaks_costs_itself_only() -> None:
    def broken(case: Case) -> Finding:
        raise ZeroDivisionError

    found = examine(Case("?", "one"), [Check("broken", "", broken), always(Doubt("hm"))])
    assert found.reasons == ("hm",)


@pytest.mark.parametrize("name", [check.name for check in registry.CHECKS if check.name != "empty"])
def test_checks_pass_what_is_right(name: str) -> None:
    (check,) = (check for check in registry.CHECKS if check.name == name)
    for sees in (False, True):
        case = Case("What is the total?", "37.50", (RECEIPT,), FORMS["fact"], sees=sees)
        assert not check.applies(case) or check.look(case) == PASS


@pytest.mark.parametrize(
    ("draft", "sees", "doubted"),
    [
        ("31.50", True, True),  # one digit apart from what was read
        ("31.50", False, True),
        ("199.99", True, False),  # nothing like it was read: the model may have computed or seen it
        ("199.99", False, True),
        ("", True, True),
    ],
)
def test_numbers(draft: str, sees: bool, doubted: bool) -> None:
    case = Case("What is the total?", draft, (RECEIPT,), FORMS["fact"], sees=sees)
    assert bool(examine(case, registry.enabled()).doubts) == doubted


def test_a_misread_number_says_where_it_stands() -> None:
    case = Case("What is the total?", "It is $31.50.", (RECEIPT,), FORMS["fact"], sees=True)
    (place,) = examine(case, registry.enabled()).disagreements
    assert (place.said, place.instead, place.value) == ("31.50", "37.50", "31.5")
    assert place.boxes == (RECEIPT.lines[0].box,)
    assert place.source == RECEIPT.source


def test_a_misread_date_is_doubted_as_it_is_written() -> None:
    dated = RECEIPT.model_copy(update={"lines": (line("Date 20/03/1998"),), "text": "20/03/1998"})
    case = Case("When?", "On 20/03/1988.", (dated,), FORMS["list"], sees=True)
    (place,) = examine(case, registry.enabled()).disagreements
    assert (place.said, place.instead) == ("20/03/1988", "20/03/1998")
    right = Case("When?", "On 20.03.1998.", (dated,), FORMS["list"], sees=True)
    assert examine(right, registry.enabled()).doubts == ()


def test_which_of_two_numbers_alike_was_meant_cannot_be_told() -> None:
    two = RECEIPT.model_copy(
        update={"lines": (line("37.50"), line("31.60")), "text": "37.50 31.60"}
    )
    case = Case("What is the total?", "31.50", (two,), FORMS["fact"], sees=True)
    assert examine(case, registry.enabled()).doubts == ()


def test_a_count_is_doubted_with_all_its_boxes() -> None:
    question = "How many dogs are there?"
    case = Case(question, "7", (dogs(5),), FORMS["count"], sees=True)
    (place,) = examine(case, registry.enabled()).disagreements
    assert (place.said, place.instead, len(place.boxes)) == ("7", "5", 5)
    read = Case(question, "7", (dogs(5),), FORMS["count"], sees=False)
    assert examine(read, registry.enabled()).draft == "5"


@pytest.mark.parametrize(
    ("draft", "count", "doubted"),
    [("Yes, one.", 0, True), ("No", 2, True), ("yes", 2, False), ("no", 0, False)],
)
def test_yes_and_no_beside_the_detector(draft: str, count: int, doubted: bool) -> None:
    case = Case("Is there a dog?", draft, (dogs(count),), FORMS["yes_no"], sees=True)
    assert bool(examine(case, registry.enabled()).doubts) == doubted


def test_a_check_that_is_off_does_not_look() -> None:
    case = Case("What is the total?", "199.99", (RECEIPT,), FORMS["fact"])
    assert examine(case, registry.enabled(["numbers"])).doubts == ()
