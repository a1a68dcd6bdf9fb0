"""What a program can find wrong with a draft."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.evidence.grounding import (
    grounded_share,
    same_word,
    ungrounded_words,
    unsupported_numbers,
)
from looktwice.agent.text.polarity import opposite
from looktwice.agent.verification import counts, numbers, wording
from looktwice.agent.verification.wording import echoes, gives_up, offered
from looktwice.schema import Evidence, Source
from looktwice.tools.calculate import calculation_evidence

from .. import kit


def faults(draft: str, question: str, evidence: list[Evidence]) -> list[str]:
    return wording.empty(draft) or numbers.unsupported(draft, question, evidence)


def corrected(draft: str, evidence: list[Evidence]) -> str:
    draft = counts.right_count(counts.not_found(draft, evidence), evidence)
    return numbers.right_dates(draft, evidence)


RECEIPT = [Evidence(kind="text", text="Bread 3.10\nTotal RM 1,008.20\n12/03/2018")]


@pytest.mark.parametrize(
    ("draft", "missing"),
    [
        ("1008.20", []),
        ("RM 1.008,20", []),
        ("12/03/2018", []),
        ("$9.99", ["9.99"]),
        ("8.20", ["8.2"]),
        ("13/03/2018", ["13-3-18"]),
        ("9.99, again 9.99", ["9.99"]),
        ("no number at all", []),
    ],
)
def test_numbers_must_stand_in_the_evidence(draft: str, missing: list[str]) -> None:
    assert unsupported_numbers(draft, "What is the total?", RECEIPT) == missing
    assert len(faults(draft, "What is the total?", RECEIPT)) == len(missing)


def test_the_numbers_of_a_date_must_stand_together() -> None:
    evidence = [Evidence(kind="text", text="Issued 01/03/2018, due 15/04/2018")]
    assert faults("15/04/2018", "When is it due?", evidence) == []
    assert len(faults("15/03/2018", "When is it due?", evidence)) == 1


def test_numbers_of_the_question_may_be_repeated() -> None:
    assert unsupported_numbers("Bread costs 99", "Is anything 99?", RECEIPT) == []


def test_objects_support_their_count_and_nothing_else() -> None:
    seen = kit.people(4)
    assert unsupported_numbers("4 people", "How many?", [seen]) == []
    assert unsupported_numbers("four people", "How many?", [seen]) == []
    # A number in the detector's own words (a share, a place) is no count.
    told = seen.model_copy(update={"text": "4 person, 37% of the picture"})
    assert unsupported_numbers("37", "How many?", [told]) == ["37"]


@pytest.mark.parametrize(
    ("draft", "other"),
    [
        ("Yes, it fell.", "No"), ("no", "Yes"), ("Nein.", "Ja"), ("Oui", "Non"), ("No: 5", "Yes"),
        ("Non-U.S. airlines", ""), ("Nobody", ""), ("", ""), ("5", ""),
    ],
)  # fmt: skip
def test_the_opposite_of_a_yes_or_no(draft: str, other: str) -> None:
    assert opposite(draft) == other


@pytest.mark.parametrize(
    ("draft", "up"),
    [
        ("I'm sorry, but I don't have enough information.", True),
        ("The warranty is not mentioned in the evidence", True),
        ("I’m sorry", True),
        ("The evidence does not state it.", True),
        ("No", False), ("No refunds without receipt", False), ("Not before 8 pm", False),
    ],
)  # fmt: skip
def test_a_draft_that_knows_nothing_says_so(draft: str, up: bool) -> None:
    assert gives_up(draft) is up


@pytest.mark.parametrize("draft", ["", "   ", "\n"])
def test_an_empty_draft_is_at_fault(draft: str) -> None:
    assert faults(draft, "What?", RECEIPT) == ["it is empty"]


@pytest.mark.parametrize(
    ("draft", "right"),
    [
        ("3", "4"),
        ("5.", "4."),
        ("There are 7 persons.", "There are 4 persons."),
        ("7 people", "4 people"),
        ("4", "4"),
        ("7 dogs", "7 dogs"),
        ("3 of 7", "3 of 7"),
    ],
)
def test_the_program_counts(draft: str, right: str) -> None:
    assert corrected(draft, [kit.people(4)]) == right


def test_a_count_in_words_is_put_right_too() -> None:
    result = corrected("There are three people.", [kit.people(4)])
    assert unsupported_numbers(result, "How many?", [kit.people(4)]) == []


def test_a_count_of_one_kind_among_others_is_not_the_total() -> None:
    """One piece of evidence holds two kinds when a word like "vehicle" was asked for."""
    car, bus = kit.people(3, "car"), kit.people(1, "bus")
    both = car.model_copy(update={"detections": (*car.detections, *bus.detections)})
    assert corrected("1 bus", [both]) == "1 bus"
    assert unsupported_numbers("1 bus", "How many buses?", [both]) == []


@pytest.mark.parametrize(
    ("yes", "no"), [("Yes", "No"), ("yes, there is", "No"), ("Ja.", "Nein"), ("Oui", "Non")]
)
def test_a_yes_to_what_was_not_found_becomes_a_no(yes: str, no: str) -> None:
    assert corrected(yes, [kit.people(0, "dog")]) == no


def test_a_yes_stays_where_something_was_found_or_read() -> None:
    assert corrected("Yes", [kit.people(1, "dog")]) == "Yes"
    assert corrected("Yes", [kit.people(0), *RECEIPT]) == "Yes"
    assert corrected("Yes", []) == "Yes"


def test_invented_words_are_named() -> None:
    draft = "The total was paid by Napoleon in 2018"
    assert ungrounded_words(draft, "What is the total?", RECEIPT) == ["napoleon", "paid"]
    assert grounded_share("Bread", "What?", RECEIPT) == 1.0
    assert grounded_share("Napoleon", "Who?", RECEIPT) == 0.0
    assert grounded_share("Yes", "Is there bread?", RECEIPT) == 1.0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("person", "persons", True),
        ("people", "person", True),
        ("colour", "coloured", True),
        ("bus", "bus", True),
        ("car", "cars", True),
        ("bus", "buses", True),
        ("as", "a", False),
        ("bus", "bush", False),
        ("total", "totalitarian", False),
        ("men", "women", False),
    ],
)
def test_forms_of_a_word(one: str, other: str, same: bool) -> None:
    assert same_word(one, other) is same
    assert same_word(other, one) is same


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_checks_stand_any_text(draft: str, question: str, texts: list[str]) -> None:
    evidence = [Evidence(kind="text", text=t) for t in texts]
    assert corrected(draft, evidence) == draft  # nothing was counted
    assert 0.0 <= grounded_share(draft, question, evidence) <= 1.0
    missing = unsupported_numbers(draft, question, evidence)
    assert len(missing) == len(set(missing))


@given(st.text())
def test_what_is_copied_from_the_evidence_is_never_at_fault(text: str) -> None:
    evidence = [Evidence(kind="text", text=text)]
    assert unsupported_numbers(text, "", evidence) == []
    assert ungrounded_words(text, "", evidence) == []


@pytest.mark.parametrize(
    ("draft", "text", "wanted"),
    [
        ("03/28/2018", "002  28/03/2018 10:36", "28/03/2018"),
        ("on 03/28/2018, paid", "28.03.18", "on 28.03.18, paid"),
        ("28/03/2018", "28/03/2018", "28/03/2018"),
        ("2018-03-28", "28/03/2018", "2018-03-28"),
        ("05/04/2018", "4/5/2018 and 5.4.2018", "05/04/2018"),
        ("01/02/2018", "28/03/2018", "01/02/2018"),
    ],
)
def test_a_date_is_given_as_it_is_written(draft: str, text: str, wanted: str) -> None:
    assert corrected(draft, [Evidence(kind="text", text=text)]) == wanted


@pytest.mark.parametrize(
    ("draft", "question", "missing"),
    [
        ("1577 million", "", []),
        ("$1.577 billion", "", []),
        ("USD 1,577,000,000", "", []),
        ("1.58", "Answer in USD billions.", []),
        ("$1.677 billion", "", ["1.677"]),
        ("1.58", "", ["1.58"]),
        ("2018-12-31", "", []),
        ("31/12/2018", "", []),
        ("30/12/2018", "", ["18-12-30"]),
        ("-1,577", "", []),
        ("36.8%", "", []),
    ],
)
def test_numbers_of_a_report(draft: str, question: str, missing: list[str]) -> None:
    page = kit.page_evidence(
        "Years ended December 31, 2018 (in millions)",
        "Purchases of property (1,577)",
        "Margin 36.8 %",
        page=60,
    )
    assert unsupported_numbers(draft, question, [page]) == missing


@pytest.mark.parametrize(
    "item",
    [
        kit.page_evidence("Cash flows", page=60),
        Evidence(kind="region", text="the top left (60% of the picture), shown enlarged"),
        Evidence(kind="text", text="picture 60:", lines=kit.text_lines("Total")),
        Evidence(kind="image", text="", score=0.6, source=Source(document="60.pdf", page=60)),
    ],
)
def test_words_of_our_own_bear_no_number(item: Evidence) -> None:
    assert unsupported_numbers("60", "What is it?", [item]) == ["60"]


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Where is the person: left, middle or right?", {"left", "middle", "right"}),
        ("Is the cat on the left, in the middle, or on the right?", {"left", "middle", "right"}),
        ("Is it red or blue?", {"red", "blue"}),
        ("Ist es rot oder blau?", {"rot", "blau"}),
        ("What is the name of the dog?", set()),
        ("Who, then?", set()),
        ("", set()),
    ],
)
def test_the_answers_a_question_offers(question: str, answers: set[str]) -> None:
    assert offered(question) == answers


@given(st.text(max_size=40))
def test_whatever_is_asked_offers_words(question: str) -> None:
    assert all(word and not word.isspace() for word in offered(question))


def test_a_question_said_again_is_no_answer() -> None:
    assert len(echoes("customers", "Who are the primary customers?")) == 1
    assert echoes("airlines", "Who are the primary customers?") == []
    assert echoes("red", "Is it red or blue?") == []
    assert echoes("tea, honey", "Which of these is sold: tea, milk, honey?") == []
    assert len(echoes("tea, milk, honey", "Which is sold: tea, milk, honey?")) == 1
    assert echoes("Yes", "Are there customers?") == []


@pytest.mark.parametrize(
    ("said", "result", "missing"),
    [
        ("0.333", "0.333333333333333", 0),
        ("0.34", "0.333333333333333", 1),
        ("33.3%", "0.333333333333333", 0),
        (f"{2**200}", f"{2**200}", 0),
        ("7", f"{2**200}", 1),
    ],
)
def test_a_result_may_be_rounded(said: str, result: str, missing: int) -> None:
    sums = [calculation_evidence("1 / 3", result)]
    assert len(unsupported_numbers(said, "What is it?", sums)) == missing


@pytest.mark.parametrize(
    ("draft", "right"),
    [
        ("8.438", "8,438"),
        ("It is $ 12.600 million.", "It is $ 12,600 million."),
        ("8,438", "8,438"),
        ("8.438 billion", "8.438 billion"),
        ("9.999", "9.999"),
        ("0.438", "0.438"),
        ("2.500", "2.500"),
    ],
)
def test_a_point_between_thousands_is_put_right(draft: str, right: str) -> None:
    """What may be so many billions, what was read with a point, and what nobody read stay."""
    read = "(in millions)\nLeases 8,438\nOther 12,600\nRate 2.500\nStaff 2,500"
    evidence = [Evidence(kind="passage", text=read, source=Source(document="a.pdf", page=1))]
    assert numbers.right_separators(draft, "What is the total?", evidence) == right
