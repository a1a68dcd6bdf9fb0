"""Answers that need no model: what a tool counted, placed, named or computed."""

from __future__ import annotations

import pytest
from looktwice.agent.verification.measured import choice, count, measured
from looktwice.schema import Evidence
from looktwice.tools.calculate import calculation_evidence

from .. import kit

WHERE = "Where is the person: left, middle or right?"
COUNT = "How many people are in the picture?"


def objects(found: int, label: str, places: str) -> Evidence:
    """What the detector says, with the places it names."""
    return kit.people(found, label).model_copy(update={"text": f"{found} {label}: {places}"})


@pytest.mark.parametrize(
    ("found", "label", "question", "answer"),
    [
        (4, "person", COUNT, "4 people"),
        (1, "person", COUNT, "1 person"),
        (3, "dog", "How many dogs are there?", "3 dogs"),
        (3, "dog", COUNT, ""),
        (4, "person", "How many people wear a hat?", ""),
        (4, "person", "Are there people?", ""),
        (0, "person", COUNT, ""),
    ],
)
def test_a_count_of_just_what_was_asked(found: int, label: str, question: str, answer: str) -> None:
    evidence = [kit.people(found, label)]
    assert count(question, evidence) == answer
    assert measured(question, evidence) == answer


def test_two_kinds_are_for_the_model_to_tell_apart() -> None:
    both = [kit.people(2), kit.people(3, "dog")]
    assert measured(COUNT, both) == ""
    beside = [objects(1, "person", "middle"), objects(1, "bus", "right")]
    question = "Is the person on the left or on the right?"
    assert choice(question, beside) == "right"  # enough to ask the model, not to answer without
    assert measured(question, beside) == ""


@pytest.mark.parametrize(
    ("places", "answer"),
    [
        ("top left", "left"),
        ("top middle, bottom middle", "middle"),
        ("left, right", ""),
        ("far off", ""),
    ],
)
def test_a_place_that_the_question_offers(places: str, answer: str) -> None:
    assert measured(WHERE, [objects(1, "person", places)]) == answer


def test_what_was_not_found_or_only_in_a_part_is_no_answer() -> None:
    question = "Is it a cat or a dog?"
    assert measured(question, [objects(1, "cat", "left")]) == "cat"
    assert choice(question, [objects(0, "cat", "")]) == ""
    part = kit.people(2).model_copy(update={"kind": "region"})
    assert measured(COUNT, [part]) == ""


def test_what_was_only_read_is_not_measured() -> None:
    assert measured("Does it say open or closed?", [kit.reading("OPEN")]) == ""


def test_the_result_of_a_calculation() -> None:
    assert measured("What is 3 plus 4?", [calculation_evidence("3 + 4", "7")]) == "7"
    assert measured("What is 7?", [calculation_evidence("7", "7")]) == ""


def test_words_that_look_like_a_calculation_are_none() -> None:
    assert measured("What is 3 plus 4?", [Evidence(kind="calculation", text="3 + 4 = 7")]) == ""
