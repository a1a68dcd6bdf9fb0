"""The seer answers from its truths, errs as its character says, and finds out by looking at pixels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.backends.base import Message
from looktwice.errors import UsageError
from looktwice.evals.seer import answers
from looktwice.evals.seer.ablation import BlackCrops, garbled
from looktwice.evals.seer.character import SEERS, Character, seer_named
from looktwice.evals.seer.model import SeerModel
from looktwice.evals.suites import SUITES, tasks_of
from looktwice.evals.task import Task, Truth
from looktwice.media.store import Store
from looktwice.schema import Box, Picture
from PIL import Image, ImageDraw

MARK = Box(x1=1800, y1=1200, x2=1850, y2=1220)
TOTAL = Task(
    id="total", kind="fact", question="What is the total?", images=("a.png",),
    truth=Truth(answers=("52.43",), match="number", boxes=(MARK,),
                tools=(frozenset({"read_text"}),)),
)  # fmt: skip
OTHER = Task(
    id="other", kind="fact", question="What is the total?", images=("b.png",),
    truth=Truth(answers=("7.10",), match="number"),
)  # fmt: skip
LIST = Task(
    id="list", kind="list", question="List the goods.", images=("a.png",),
    truth=Truth(answers=("- Bread: 3.10\n- Milk: 5.20", "Bread 3.10<AND>Milk 5.20"), match="grade"),
)  # fmt: skip
GONE = Task(
    id="gone", kind="fact", question="Who was the cashier?", images=("a.png",),
    truth=Truth(answerable=False),
)  # fmt: skip
TASKS = (TOTAL, OTHER, LIST, GONE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two large pictures, one with a small mark."""
    for name, ink in (("a.png", "black"), ("b.png", "red")):
        image = Image.new("RGB", (2400, 1600), "white")
        ImageDraw.Draw(image).rectangle(MARK.xyxy, fill=ink)
        image.save(tmp_path / name)
    return tmp_path


@pytest.fixture
def shown(folder: Path, store: Store) -> dict[str, Picture]:
    """The pictures; `crop` is the mark enlarged."""
    a, b = store.add(folder / "a.png"), store.add(folder / "b.png")
    return {"a": a, "b": b, "crop": store.crop(a, MARK.grow(1.0), min_side=384)}


def seer(folder: Path, store: Store, name: str = "perfect", **how: Any) -> SeerModel:
    character = Character(name, "", **how) if how else SEERS[name]
    return SeerModel(TASKS, folder, store, character)


def user(text: str, *pictures: Picture) -> list[Message]:
    return [Message(role="user", text=text, pictures=pictures)]


def yes(model: Any, text: str, *pictures: Picture) -> float:
    return float(model.choose(user(text, *pictures), ("yes", "no")).probabilities["yes"])


def test_it_knows_the_task_by_question_and_picture(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    model = seer(folder, store)
    asked = "Notes: 9.99\nwhat is  the total?\nAnswer briefly."
    assert model.generate(user(asked, shown["a"])).text == "52.43"
    assert model.generate(user(asked, shown["b"])).text == "7.10"
    assert model.generate(user("List the goods.", shown["a"])).text.startswith("- Bread: 3.10")
    assert model.generate(user("Who was the cashier?", shown["a"])).text == answers.NOT_THERE


def test_without_its_picture_it_sees_nothing_unless_the_prompt_tells(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    model = seer(folder, store)
    assert model.generate(user("List the goods.")).text == answers.NOT_SHOWN
    assert model.generate(user("Total 52.43\nWhat is the total?", shown["a"])).text == "52.43"
    assert yes(model, "What is the total?\nCan this be answered?") < 0.5


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("What is the total?\nProposed answer: {}\nIs it correct? Answer yes or no.", True),
        ("What is the total?\nYou said “{}”. Is that what the picture shows?", True),
        ("What is the total?\nProposed answer: {}\nIs the proposed answer wrong?", False),
        ("What is the total?\nProposed answer: {}\nIs it right or wrong? yes means right.", True),
    ],
)
def test_it_judges_proposals_however_they_are_put(
    folder: Path, store: Store, shown: dict[str, Picture], words: str, right: bool
) -> None:
    model = seer(folder, store)
    for said, true in (("52.43", True), ("52.48", False), ("The total is 52.43.", True)):
        likely = yes(model, words.format(said), shown["a"])
        assert (likely > 0.5) == (true == right), said


def test_it_judges_its_own_draft_in_a_conversation(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    model = seer(folder, store)
    for said, true in (("52.43", True), ("1.00", False)):
        messages = [
            *user("What is the total?", shown["a"]),
            Message(role="assistant", text=said),
            Message(role="user", text="Is this right? Answer yes or no."),
        ]
        likely = model.choose(messages, ("yes", "no")).probabilities["yes"]
        assert (likely > 0.5) == true


def test_it_chooses_between_readings_in_both_orders(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    model = seer(folder, store)
    for order, best in ((("52.43", "57.43"), "A"), (("57.43", "52.43"), "B")):
        text = "What is the total?\nWhich reading is right?\nA) {}\nB) {}".format(*order)
        assert model.choose(user(text, shown["a"]), ("A", "B")).best == best
        assert model.choose(user("What is the total?", shown["a"]), order).best == "52.43"
    nested = "Which?\nAnswer A: {}\nAnswer B: {}\nWhich answer is right?"
    task = Task(id="c", kind="choice", question="Which?", images=("a.png",),
                truth=Truth(answers=("B) blue", "B", "blue"), match="choice"))  # fmt: skip
    chooser = SeerModel([task], folder, store, SEERS["perfect"])
    for order, best in ((("B) blue", "A) red"), "A"), (("A) red", "B) blue"), "B")):
        asked = user(nested.format(*order), shown["a"])
        assert chooser.choose(asked, ("A", "B")).best == best


def test_it_chooses_between_whole_answers_of_several_lines(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    model = seer(folder, store)
    drafts = (answers.slip(LIST), answers.right(LIST))
    for order, best in ((drafts, "B"), (drafts[::-1], "A")):
        text = "List the goods.\nAnswer A: {}\nAnswer B: {}\nWhich is right? Answer A or B.".format(
            *order
        )
        assert model.choose(user(text, shown["a"]), ("A", "B")).best == best


def test_a_wrong_number_of_a_list_is_seen_where_its_own_line_is_enlarged(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    away = Box(x1=100, y1=100, x2=200, y2=140)
    for boxes in ((MARK, away), (away, MARK)):
        task = LIST.model_copy(update={"truth": LIST.truth.model_copy(update={"boxes": boxes})})
        assert answers.in_doubt(task) in ((MARK,), (away,))
        model = SeerModel([task], folder, store, Character("wrong", "", slips=1.0, belief=0.7))
        right = answers.in_doubt(task) == (MARK,)
        crop = shown["crop"]
        given = model.generate(user("List the goods.", shown["a"], crop)).text
        assert answers.is_right(task, given) == right


def test_a_part_of_a_long_answer_is_true_and_a_changed_one_is_not() -> None:
    assert answers.is_true(LIST, "Milk: 5.20")
    assert answers.is_true(LIST, "Here you are:\n- Bread: 3.10\n- Milk: 5.20\nAnything else?")
    assert not answers.is_true(LIST, "Milk: 5.30")
    assert not answers.is_true(LIST, "20")
    assert answers.is_true(TOTAL, "52.43")
    assert not answers.is_true(LIST, answers.slip(LIST))


@pytest.mark.parametrize("name", sorted(SUITES))
def test_slips_of_every_suite_are_wrong_and_right_drafts_right(name: str) -> None:
    for task in tasks_of(SUITES[name]):
        if task.truth.answerable:
            assert answers.is_right(task, answers.right(task)), task.id
            assert not answers.is_right(task, answers.slip(task)), task.id


def test_a_number_beside_the_answer_is_nothing_to_slip_in() -> None:
    dear = Task(id="dear", kind="fact", question="What is dearest?",
                truth=Truth(answers=("Milk for 5.20", "Milk")))  # fmt: skip
    assert not answers.has_number(dear)
    assert answers.has_number(TOTAL)
    assert answers.has_number(LIST)


def test_one_that_is_talkative_is_still_right() -> None:
    for task in tasks_of(SUITES["seer"]):
        if task.truth.answerable:
            assert answers.is_right(task, answers.talkative(answers.right(task))), task.id


def test_small_marks_are_seen_once_they_are_enlarged_and_not_when_that_is_black(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    model = seer(folder, store, "blind")
    a, crop = shown["a"], shown["crop"]
    assert not answers.is_right(TOTAL, model.drafts(TOTAL))
    assert not answers.is_right(TOTAL, model.generate(user("What is the total?", a)).text)
    assert model.generate(user("What is the total?", a, crop)).text == "52.43"
    assert yes(model, "What is the total?\nCan it be answered?", a) == 0.5
    assert yes(model, "What is the total?\nCan it be answered?", a, crop) > 0.9
    dark = BlackCrops(model, store)
    assert not answers.is_right(TOTAL, dark.generate(user("What is the total?", a, crop)).text)
    small = store.crop(a, Box(x1=1700, y1=1100, x2=2000, y2=1300), max_pixels=20_000)
    other = store.crop(a, Box(x1=0, y1=0, x2=300, y2=200))
    part = "What is the total?\nDoes this part of the picture show what is asked about?"
    assert yes(model, part, small) > 0.9
    assert yes(model, part, other) < 0.1


def test_wrong_numbers_are_believed_until_it_looks_closer(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    model = seer(folder, store, "wrong", slips=1.0, belief=0.7)
    wrong = model.generate(user("What is the total?", shown["a"])).text
    assert not answers.is_right(TOTAL, wrong)
    proposed = f"What is the total?\nProposed answer: {wrong}\nIs it correct?"
    assert yes(model, proposed, shown["a"]) == pytest.approx(0.7)
    assert yes(model, proposed, shown["a"], shown["crop"]) < 0.1
    readings = f"What is the total?\nA) {wrong}\nB) 52.43"
    assert model.choose(user(readings, shown["a"]), ("A", "B")).best == "A"
    assert model.choose(user(readings, shown["a"], shown["crop"]), ("A", "B")).best == "B"


def test_so_many_drafts_have_a_number_wrong_as_the_character_says(
    folder: Path, store: Store
) -> None:
    character = seer_named("wrong-numbers")
    numbered = [t for t in tasks_of(SUITES["seer"]) if answers.has_number(t)]
    share = sum(character.happens(character.slips, t.id) for t in numbered) / len(numbered)
    assert 0.12 < share < 0.28


def test_the_overconfident_invents_and_is_sure_of_it(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    model = seer(folder, store, "overconfident")
    assert "42" in model.generate(user("Who was the cashier?", shown["a"])).text
    assert yes(model, "Who was the cashier?\nCan it be answered?", shown["a"]) > 0.95


def test_json_is_what_the_schema_allows_or_broken_where_it_is_hostile(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    call = {
        "type": "object",
        "properties": {"tool": {"const": "read_text"}, "arguments": {"type": "object"}},
    }
    stages = {"type": "array", "items": {"type": "array", "items": {"anyOf": [call]}}}
    schema = {
        "type": "object",
        "properties": {"stages": stages, "form": {"enum": ["fact", "list"]}},
    }
    asked = user("What is the total?\nJSON:", shown["a"])
    given = json.loads(seer(folder, store).generate(asked, schema=schema).text)
    assert given == {"stages": [[{"tool": "read_text", "arguments": {}}]], "form": "fact"}
    broken = seer(folder, store, "rude", nonsense=1.0).generate(asked, schema=schema).text
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Extra"):
        json.loads(broken)


def test_pictures_are_paid_for_once_while_prompts_begin_alike(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    model = seer(folder, store)
    for text in ("", "\nIs 52.43 right?"):
        model.generate(user("What is the total?" + text, shown["a"]))
    assert model.costs["total"].passes == 1
    model.generate(user("What is the total?", shown["a"], shown["crop"]))
    model.generate(user("What is the total?"))
    cost = model.costs["total"]
    assert (cost.passes, cost.calls) == (2, 4)
    assert cost.prompt_tokens > 3 * 1500


def test_follow_ups_are_written_in_full_and_are_about_earlier_pictures(
    folder: Path, store: Store, shown: dict[str, Picture]
) -> None:
    first = TOTAL.model_copy(update={"session": "s"})
    then = Task(id="then", kind="fact", question="And the date?", session="s",
                about="in full: What is the date on this receipt?",
                truth=Truth(answers=("19/06/2023",)))  # fmt: skip
    model = SeerModel([first, then], folder, store, SEERS["perfect"])
    rewritten = model.generate(
        user("Rewrite it.\nUser: What is the total?\nLast question: And the date?")
    ).text
    assert rewritten == "What is the date on this receipt?"
    assert model.generate(user(rewritten, shown["a"])).text == "19/06/2023"
    assert model.generate(user(rewritten, shown["b"])).text == answers.NOT_SHOWN


def test_unknown_seers_are_named() -> None:
    with pytest.raises(UsageError, match="perfect, blind"):
        seer_named("psychic")


def test_no_digit_survives_garbling() -> None:
    assert garbled("TOTAL 52.43") == "TOTAL 85.76"
