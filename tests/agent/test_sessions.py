"""What a session remembers, and for how long."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from looktwice.control import Control
from looktwice.errors import UsageError
from looktwice.schema import Evidence, Picture

from . import kit

Make = Callable[..., Any]
FOLLOW_UP = "And how much of it is left from 10?"
REWRITTEN = "How much of the total is left from 10?"


def test_a_follow_up_is_rewritten_and_sees_the_earlier_picture(make: Make) -> None:
    prompts: list[str] = []

    def standalone(messages: Any) -> str:
        prompts.append(messages[-1].text)
        return f"{REWRITTEN}\nAnd some chatter"

    assistant = make(kit.Script(says={"standalone": standalone}))
    first = assistant.ask(kit.TOTAL, [kit.picture()], session="s")
    second = assistant.ask(FOLLOW_UP, session="s")
    assert second.pictures == first.pictures
    assert second.question == FOLLOW_UP
    assert second.text == "8.20"
    assert "understood as: " + REWRITTEN in second.steps[0].did
    assert f"User: {kit.TOTAL}\nAssistant: 8.20" in prompts[0]
    assert FOLLOW_UP in prompts[0]


def test_a_rewriting_that_repeats_an_earlier_question_is_dropped(make: Make) -> None:
    assistant = make(kit.Script(says={"standalone": kit.TOTAL}))
    assistant.ask(kit.TOTAL, [kit.picture()], session="s")
    second = assistant.ask(FOLLOW_UP, session="s")
    assert kit.TOTAL not in second.steps[0].did


@pytest.mark.parametrize(
    "rewritten",
    ["I'm sorry, but I can't assist with that.", "How many dogs are left in the garden?"],
)
def test_a_refusal_or_a_question_of_the_prompts_own_example_is_no_rewriting(
    make: Make, rewritten: str
) -> None:
    assistant = make(kit.Script(says={"standalone": rewritten}))
    assistant.ask(kit.TOTAL, [kit.picture()], session="s")
    assert "understood as" not in assistant.ask(FOLLOW_UP, session="s").steps[0].did


def test_a_model_that_sees_may_use_words_of_its_own(make: Make) -> None:
    other = "What remains of a ten after paying?"
    assistant = make(kit.Script(says={"standalone": other}).model(sees_images=True))
    assistant.ask(kit.TOTAL, [kit.picture()], session="s")
    assert f"understood as: {other}" in assistant.ask(FOLLOW_UP, session="s").steps[0].did


def test_what_is_to_be_written_in_between_is_not_made_of_the_picture(make: Make) -> None:
    assistant = make(kit.Script(says={"talk": "Autumn leaves"}))
    assistant.ask(kit.TOTAL, [kit.picture()], session="s")
    answer = assistant.ask("Write a haiku about autumn.", session="s")
    assert (answer.text, answer.results) == ("Autumn leaves", ())


def test_the_evidence_and_steps_of_an_answer_are_its_own(make: Make) -> None:
    assistant = make()
    first = assistant.ask(kit.TOTAL, [kit.picture()], session="s")
    second = assistant.ask(kit.TOTAL, session="s")
    assert [e.id for e in second.evidence] == [e.id for e in first.evidence] == ["E1"]
    assert len(second.steps) == len(first.steps)
    assert second.usage.tool_calls == 1


def test_a_new_picture_becomes_number_two(make: Make) -> None:
    assistant = make()
    assistant.ask(kit.TOTAL, [kit.picture(1)], session="s")
    second = assistant.ask(kit.TOTAL, [kit.picture(2)], session="s")
    assert len(second.pictures) == 2
    assert [r.call.arguments["picture"] for r in second.results] == [2]
    third = assistant.ask(kit.TOTAL, [kit.picture(1)], session="s")
    assert len(third.pictures) == 2
    assert [r.call.arguments["picture"] for r in third.results] == [1]


def test_an_unusable_rewriting_leaves_the_question_as_it_is(make: Make) -> None:
    assistant = make(kit.Script(says={"standalone": "  \n "}))
    assistant.ask(kit.TOTAL, [kit.picture()], session="s")
    answer = assistant.ask(kit.TOTAL, session="s")
    assert answer.text == "8.20"
    assert answer.steps[0].did == "1 picture"


def test_it_survives_a_new_assistant_without_pickle(
    make: Make,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    recwarn: pytest.WarningsRecorder,
) -> None:
    caplog.set_level(logging.WARNING)
    first = make()
    seen = first.ask(kit.TOTAL, [kit.picture()], session="s")
    first.ask(kit.COUNT, session="s")
    first.close()
    second = make()
    assert second.sessions() == ["s"]
    answer = second.ask(kit.TOTAL, session="s")
    assert answer.pictures == seen.pictures
    assert [r.getMessage() for r in caplog.records] == []
    told = [str(w.message) for w in recwarn if "langgraph" in str(w.message).lower()]
    assert [t for t in told if "msgpack" in t or "serializ" in t or "unregistered" in t] == []
    with sqlite3.connect(tmp_path / "home" / "sessions.db") as file:
        kinds = {row[0] for row in file.execute("SELECT type FROM checkpoints")}
        kinds |= {row[0] for row in file.execute("SELECT type FROM writes")}
        blobs = [row[0] for row in file.execute("SELECT checkpoint FROM checkpoints")]
    assert kinds == {"msgpack"}
    assert blobs
    assert not any(b"pickle" in blob for blob in blobs)


def test_a_foreign_class_in_the_file_is_not_brought_to_life(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody who can write the file must not be able to run code through it."""
    first = make()
    first.ask(kit.TOTAL, [kit.picture()], session="s")
    first.close()
    path = tmp_path / "home" / "sessions.db"
    with sqlite3.connect(path) as file:
        ((blob,),) = file.execute("SELECT checkpoint FROM checkpoints").fetchall()
        assert b"looktwice.agent.state" in blob
        evil = blob.replace(b"looktwice.agent.state", b"looktwice.agent.graph")
        file.execute("UPDATE checkpoints SET checkpoint = ?", (evil,))
    with contextlib.suppress(Exception):
        make().ask(kit.HELLO, session="s")
    assert "Blocked deserialization of looktwice.agent.graph.Turn" in caplog.text


def test_sessions_do_not_see_each_other(make: Make) -> None:
    script = kit.Script()
    assistant = make(script)
    assistant.ask(kit.TOTAL, [kit.picture()], session="one")
    other = assistant.ask(kit.TOTAL, session="two")
    alone = assistant.ask(kit.TOTAL)
    assert other.pictures == alone.pictures == ()
    assert "standalone" not in script.asked
    assert assistant.sessions() == ["one", "two"]


def test_forgetting(make: Make) -> None:
    assistant = make()
    for name in ("one", "two"):
        assistant.ask(kit.TOTAL, [kit.picture()], session=name)
    assistant.forget("one")
    assistant.forget("never heard of")
    assert assistant.sessions() == ["two"]
    assert assistant.ask(kit.TOTAL, session="one").pictures == ()
    assert len(assistant.ask(kit.TOTAL, session="two").pictures) == 1


def test_there_are_none_at_first(make: Make) -> None:
    assert make().sessions() == []


@pytest.mark.parametrize("name", ["  ", "a\nb", "\x00", "x" * 201, "\u202e"])
def test_bad_names(make: Make, name: str) -> None:
    with pytest.raises(UsageError, match="session"):
        make().ask(kit.HELLO, session=name)


def test_an_empty_name(make: Make) -> None:
    with pytest.raises(UsageError, match="session"):
        make().ask(kit.HELLO, session="")


@pytest.mark.parametrize("name", ["../../etc", "a' OR '1'='1", "名前", "x" * 200, "a%b"])
def test_odd_names_are_only_names(make: Make, name: str) -> None:
    assistant = make()
    assistant.ask(kit.HELLO, session="bystander")
    assistant.ask(kit.HELLO, session=name)
    assert assistant.sessions() == sorted(["bystander", name])
    assistant.forget(name)
    assert assistant.sessions() == ["bystander"]


def test_questions_of_one_session_wait_for_each_other(make: Make) -> None:
    assistant = make()

    def ask(shade: int) -> Any:
        return assistant.ask(kit.TOTAL, [kit.picture(shade)], session="s")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(8)))
    assert sorted(len(a.pictures) for a in answers) == list(range(1, 9))
    assert all(a.text == "8.20" for a in answers)


def test_waiting_for_one_s_turn_takes_no_time_of_the_question(make: Make) -> None:
    assistant, control = make(), Control(seconds=1000)
    with ThreadPoolExecutor(1) as pool:
        with assistant._sessions._turns["s"]:
            asked = pool.submit(
                assistant.ask, kit.TOTAL, [kit.picture()], session="s", control=control
            )
            while control.remaining() != control.remaining():  # until its clock stands still
                assert not asked.done()
        assert asked.result().text == "8.20"


def test_a_question_that_failed_is_remembered_as_failed(make: Make) -> None:
    from looktwice.errors import ModelError

    prompts: list[str] = []

    def standalone(messages: Any) -> str:
        prompts.append(messages[-1].text)
        return str(kit.TOTAL)

    script = kit.Script(says={"draft": ModelError("the server is gone")})
    assistant = make(script)
    assert assistant.ask(kit.TOTAL, [kit.picture()], session="s").status == "failed"
    script.says = {"standalone": standalone}
    assert assistant.ask(kit.TOTAL, session="s").text == "8.20"
    assert "the server is gone" in prompts[0]


def test_a_question_leaves_one_checkpoint(make: Make, tmp_path: Path) -> None:
    assistant = make()
    for _ in range(5):
        assistant.ask(kit.HELLO, session="s")
    with sqlite3.connect(tmp_path / "home" / "sessions.db") as file:
        ((count,),) = file.execute("SELECT count(*) FROM checkpoints").fetchall()
    assert count == 5


def test_a_question_that_compares_is_shown_all_pictures_of_a_short_conversation(
    make: Make,
) -> None:
    asked = "Compare the two receipts: which of them has the higher total?"
    script = kit.Script(
        says={
            "draft": kit.in_turn("8.20", "9.30", "the first"),
            "standalone": kit.in_turn("What is the total of this one?", asked),
        }
    )
    model = script.model(sees_images=True)
    assistant = make(model)
    for side in (60, 61):
        assistant.ask("What is the total?", [kit.picture(side=side)], session="s")
    before = len(model.calls)
    assistant.ask("Which is larger?", session="s")
    shown = [m.messages[-1].pictures for m in model.calls[before:] if m.messages[-1].pictures]
    assert [picture.width for picture in shown[0]] == [60, 61]


def test_what_was_said_of_earlier_pictures_brings_them_back(make: Make) -> None:
    """A question that compares what two turns were about is shown the pictures of both."""
    shops = {60: "Orchard Lane", 61: "Mill Stores"}

    def read(picture: Picture) -> Evidence:
        return kit.reading(shops[picture.width], "Total 8.20")

    asked = "Which is larger, the total of Orchard Lane or that of Mill Stores?"
    rewritten = kit.in_turn("Which shop is it?", asked)
    drafts = kit.in_turn(*shops.values(), "both")
    script = kit.Script(says={"draft": drafts, "standalone": rewritten})
    assistant = make(script.model(sees_images=True), experts=kit.instant_experts(read=read))
    for side in shops:
        assistant.ask("Which shop is it?", [kit.picture(side=side)], session="s")
    model = script.model(sees_images=True)
    assistant._model = model
    assistant.ask("Which of the two is larger?", session="s")
    (drafted, *_) = (call for call in model.calls if call.messages[-1].pictures)
    assert [picture.width for picture in drafted.messages[-1].pictures] == [60, 61]
