"""The assistant, from the question to the answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.backends.base import Choice
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.evidence.prompting import opening
from looktwice.agent.planner import Example
from looktwice.control import Control
from looktwice.errors import BadInput, ModelError, UsageError
from looktwice.schema import (
    Answer,
    AnswerReady,
    AnswerRevised,
    Picture,
    Token,
    ToolCall,
    ToolStarted,
)
from looktwice.tools.base import Tool, tool
from looktwice.tools.context import Context

from . import kit

Make = Callable[..., Any]


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers differ in nothing but time."""
    timeless = {"steps": (), "usage": one.usage}

    def bare(answer: Answer) -> Answer:
        results = tuple(r.model_copy(update={"seconds": 0.0}) for r in answer.results)
        return answer.model_copy(update={**timeless, "results": results})

    return bare(one) == bare(other)


class TestAnswers:
    def test_a_total_is_read_checked_and_cited(self, make: Make) -> None:
        answer = make().ask(kit.TOTAL, [kit.picture()])
        assert (answer.text, answer.status, answer.stop_reason) == ("8.20", "answered", "accepted")
        assert kit.ran(answer) == ["read_text"]
        (citation,) = answer.citations
        assert citation.quote == "Total 8.20"
        assert citation.source.picture == answer.pictures[0].sha256
        assert 0 < answer.confidence <= 1
        assert answer.usage.model_calls == 2
        assert answer.usage.tool_calls == 1
        assert answer.usage.total_seconds > 0
        assert list(kit.nodes(answer)) == (
            ["intake", "plan", "act", "gate", "draft", "check", "finish"]
        )
        assert Answer.model_validate_json(answer.model_dump_json()) == answer

    def test_all_four_ways_of_asking_agree(self, make: Make) -> None:
        picture = kit.picture()

        async def both() -> tuple[Answer, list[Any]]:
            with_events = [e async for e in make().astream(kit.TOTAL, [picture])]
            return await make().aask(kit.TOTAL, [picture]), with_events

        awaited, async_events = asyncio.run(both())
        events = list(make().stream(kit.TOTAL, [picture]))
        asked = make().ask(kit.TOTAL, [picture])
        for other in (awaited, kit.final(events), kit.final(async_events)):
            assert same(asked, other)
        assert [e.type for e in events] == [e.type for e in async_events]
        assert sum(isinstance(e, AnswerReady) for e in events) == 1

    def test_no_tool_is_run_where_none_is_needed(self, make: Make) -> None:
        script = kit.Script(says={"talk": "Hello there."})
        answer = make(script).ask(kit.HELLO)
        assert (answer.text, answer.stop_reason) == ("Hello there.", "no_tools_needed")
        assert kit.ran(answer) == []
        assert script.asked == ["talk"]

    def test_a_picture_question_without_a_picture_costs_no_model_call(self, make: Make) -> None:
        script = kit.Script()
        answer = make(script).ask(kit.TOTAL)
        assert answer.status == "declined"
        assert "Add a picture" in answer.text
        assert script.asked == []
        assert answer.usage.model_calls == 0

    @pytest.mark.parametrize("said", ["7", "There are 7 persons.", "4"])
    def test_boxes_are_counted_by_the_program(self, make: Make, said: str) -> None:
        """Also where the question is about more than the boxes, so that the model writes."""
        answer = make(kit.Script(says={"draft": said})).ask(kit.COUNT_ADULTS, [kit.picture()])
        assert answer.text == said.replace("7", "4")
        assert answer.stop_reason == "accepted"
        assert len(answer.citations[0].boxes) == 4

    def test_counting_one_kind_asks_no_model(self, make: Make) -> None:
        script = kit.Script()
        answer = make(script).ask(kit.COUNT, [kit.picture()])
        assert script.asked == []
        assert (answer.text, answer.stop_reason) == ("4 people", "accepted")
        assert len(answer.citations[0].boxes) == 4
        assert answer.results[0].call.arguments["labels"] == ["people"]
        script = kit.Script(says={"draft": "4"})
        make(script).ask(kit.COUNT_ADULTS, [kit.picture()])
        assert script.asked == ["arguments", "answerable", "draft"]

    def test_a_draft_is_written_from_what_was_enough(self, make: Make) -> None:
        prompts: list[str] = []

        def draft(said: Any) -> str:
            prompts.append(said[-1].text)
            return "8.20"

        script = kit.Script(says={"draft": draft})
        gates: list[str] = []
        model = script.model()

        def choose(messages: Any, options: Any, control: Any = None) -> Choice:
            gates.append(messages[-1].text)
            sure = 0.1 if len(gates) == 1 else 0.9
            return Choice(probabilities={"yes": sure, "no": 1 - sure})

        model.choose = choose
        make(model).ask(kit.TOTAL, [kit.picture()])
        first, enough = (gate.partition("\n\nQuestion")[0] for gate in gates)
        assert "Corner Shop" in first
        assert "Corner Shop" not in enough
        assert prompts[0].startswith(enough)  # so that a prompt cache pays for it once

    def test_warming_reads_what_every_answering_prompt_begins_with(self, make: Make) -> None:
        read: list[Any] = []
        model = kit.Script().model()

        def choose(messages: Any, options: Any, control: Any = None) -> Choice:
            read.append(messages)
            raise ModelError("not now")

        model.choose = choose
        make(model).warm()
        assert tuple(read[0][:-1]) == opening("pictures")

    def test_a_model_that_can_is_told_what_the_prompts_will_begin_with(self, make: Make) -> None:
        told: list[Any] = []
        model: Any = kit.Script(says={"draft": "8.20"}).model()
        model.read_ahead = told.append
        assert make(model).ask(kit.TOTAL, [kit.picture()]).text == "8.20"
        assert told == [opening("pictures")]

        def fails(messages: Any) -> None:
            raise ModelError("not now")

        model.read_ahead = fails
        assert make(model).ask(kit.TOTAL, [kit.picture()]).text == "8.20"

    def test_a_number_that_stands_nowhere_is_written_again(self, make: Make) -> None:
        prompts: list[str] = []

        def revise(messages: Any) -> str:
            prompts.append(messages[-1].text)
            return "8.20"

        script = kit.Script(says={"draft": "9.99", "revise": revise})
        answer = make(script).ask(kit.TOTAL, [kit.picture()])
        assert (answer.text, answer.status) == ("8.20", "answered")
        assert script.asked == ["answerable", "draft", "revise"]
        assert "9.99 does not stand in the evidence" in prompts[0]

    def test_one_that_stays_wrong_is_not_given(self, make: Make) -> None:
        script = kit.Script(says={"draft": "9.99", "revise": "9.99"})
        answer = make(script).ask(kit.TOTAL, [kit.picture()])
        assert (answer.status, answer.stop_reason) == ("declined", "unsupported")
        assert answer.citations == ()
        assert answer.confidence == 0
        assert script.asked.count("revise") == 1, "said again, it is looked for elsewhere"
        assert len(kit.ran(answer)) > 1
        assert "A first answer did not hold" in answer.text
        assert "I read the text" in answer.text

    def test_what_stands_only_in_the_example_is_not_given(self, make: Make) -> None:
        script = kit.Script(says={"draft": "BLUE LAKE", "revise": "Blue Lake"})
        answer = make(script).ask("Which town is named?", [kit.picture()])
        assert answer.status == "declined"
        assert "“blue” does not stand in the evidence" in answer.text

    def test_what_is_too_unsure_is_not_given(self, make: Make) -> None:
        low = {"answerable": 0.77, "supported": 0.5}
        script = kit.Script(says={"draft": "a kiosk of some sort"}, yes=low)
        answer = make(script).ask("What is this?", [kit.picture()])
        assert answer.status == "declined"
        assert "too unsure (0." in answer.text

    def test_words_that_stand_nowhere_are_put_to_the_model(self, make: Make) -> None:
        for sure, status in ((0.9, "answered"), (0.1, "declined")):
            says = {"draft": "Napoleon Bonaparte", "revise": "Napoleon Bonaparte"}
            script = kit.Script(says=says, yes={"supported": sure})
            answer = make(script).ask(kit.TOTAL, [kit.picture()])
            assert answer.status == status
            assert "supported" in script.asked

    def test_it_looks_again_and_declines_when_nothing_is_left(self, make: Make) -> None:
        script = kit.Script(yes={"answerable": 0.1})
        answer = make(script).ask(kit.TOTAL, [kit.picture()])
        assert (answer.status, answer.stop_reason) == ("declined", "unsupported")
        assert kit.ran(answer) == ["read_text", "detect_objects", "look_closer"]
        assert "draft" not in script.asked
        assert "reads text only" in answer.text

    @pytest.mark.parametrize(
        ("answerable", "supported", "status"),
        [(0.75, 0.9, "answered"), (0.75, 0.6, "declined"), (0.65, 0.9, "declined")],
    )
    def test_what_was_nearly_enough_is_drafted_when_nothing_is_left_and_asked_about(
        self, make: Make, answerable: float, supported: float, status: str
    ) -> None:
        script = kit.Script(yes={"answerable": answerable, "supported": supported})
        answer = make(script).ask(kit.TOTAL, [kit.picture()])
        assert answer.status == status
        assert kit.ran(answer) == ["read_text", "detect_objects", "look_closer"]
        assert ("supported" in script.asked) == (answerable > 0.7)

    def test_a_calculation_is_not_written_by_the_model(self, make: Make) -> None:
        stages = ((ToolCall(tool="read_text"),), (ToolCall(tool="calculate"),))
        question = "How much change do I get back from 50?"
        script = kit.Script(says={"arguments": {"expression": "50 - 8.20"}})
        events = list(
            make(script, examples=[Example(question=question, stages=stages)] * 3).stream(
                question, [kit.picture()]
            )
        )
        assert kit.final(events).text == kit.shown_text(events) == "41.8"
        assert script.asked == ["arguments", "answerable"]

    def test_a_sum_of_what_was_read_may_answer_another_question(self, make: Make) -> None:
        stages = ((ToolCall(tool="read_text"),), (ToolCall(tool="calculate"),))
        question = "What is the room number?"
        script = kit.Script(
            says={"arguments": {"expression": "50 - 8.20"}}, yes={"answerable": 0.1}
        )
        examples = [Example(question=question, stages=stages)] * 3
        answer = make(script, examples=examples).ask(question, [kit.picture()])
        assert (answer.status, "draft" in script.asked) == ("declined", False)

    def test_a_sum_of_made_up_numbers_beside_a_picture_is_no_answer(self, make: Make) -> None:
        question = "What is the room number?"
        examples = [Example(question=question, stages=((ToolCall(tool="calculate"),),))] * 3
        script = kit.Script(says={"arguments": {"expression": "42 + 42"}}, yes={"answerable": 0.1})
        answer = make(script, examples=examples).ask(question, [kit.picture()])
        assert answer.status == "declined"
        assert "read_text" in kit.ran(answer)

    def test_what_a_second_look_brings_has_to_be_enough_by_itself(self, make: Make) -> None:
        asked: list[str] = []

        class Listening(kit.Script):
            def choice(self, messages: Any, options: Any) -> dict[str, float]:
                asked.append(messages[-1].text)
                return {"yes": 0.1, "no": 0.9}

        make(Listening()).ask(kit.TOTAL, [kit.picture()])
        first, second = asked
        assert "Total 8.20" in first
        assert "4 person" in second
        assert "Total 8.20" not in second

    def test_a_picture_is_looked_at_before_the_model_says_it_does_not_know(
        self, make: Make
    ) -> None:
        script = kit.Script(says={"draft": "8.20"})  # its plan is empty
        examples = [Example(question=kit.HELLO, stages=())] * 3
        answer = make(script, examples=examples).ask("Which sum is it then?", [kit.picture()])
        assert answer.text == "8.20"
        assert "talk" not in script.asked

    def test_talk_that_gives_up_beside_a_picture_is_not_an_answer(self, make: Make) -> None:
        script = kit.Script(
            says={"talk": "I'm sorry, I don't have enough information."}, yes={"answerable": 0.1}
        )
        answer = make(script).ask(kit.HELLO, [kit.picture()])
        assert answer.status == "declined"
        assert "read_text" in kit.ran(answer)


class TestStreams:
    @pytest.mark.parametrize(
        "says",
        [
            {"draft": "8.20"},
            {"draft": "The total is 8.20, for bread and milk."},
            {"draft": "9.99", "revise": "8.20"},
            {"draft": "9.99", "revise": "9.99"},
        ],
    )
    def test_what_is_shown_at_the_end_is_the_answer(self, make: Make, says: dict[str, str]) -> None:
        events = list(make(kit.Script(says=says)).stream(kit.TOTAL, [kit.picture()]))
        assert kit.shown_text(events) == kit.final(events).text
        if kit.final(events).text == says["draft"]:
            assert not any(isinstance(e, AnswerRevised) for e in events)

    def test_asking_tells_the_same_as_it_happens(self, make: Make) -> None:
        told: list[Any] = []
        answer = make().ask(kit.TOTAL, [kit.picture()], on_event=told.append)
        *streamed, last = make().stream(kit.TOTAL, [kit.picture()])
        assert [type(event) for event in told] == [type(event) for event in streamed]
        assert same(last.answer, answer)
        assert kit.shown_text([*told, AnswerReady(answer=answer)]) == answer.text

    def test_a_count_put_right_is_shown(self, make: Make) -> None:
        script = kit.Script(says={"draft": "7"})
        events = list(make(script).stream(kit.COUNT_ADULTS, [kit.picture()]))
        assert kit.shown_text(events) == kit.final(events).text == "4"

    def test_a_reply_that_reached_its_limit_is_shown_as_it_is_given(self, make: Make) -> None:
        script = kit.Script(says={"talk": "word " * 50})
        events = list(make(script, limits={"answer_tokens": 5}).stream(kit.HELLO))
        assert kit.final(events).text == "word word word word word …"
        assert kit.shown_text(events) == kit.final(events).text

    def test_wrong_calls_raise_from_the_stream_too(self, make: Make) -> None:
        with pytest.raises(UsageError, match="question"):
            list(make().stream("  "))


class TestStopping:
    def test_in_the_middle_of_tokens(self, make: Make) -> None:
        script, control, events = kit.Script(), Control(), []
        for event in make(kit.EndlessModel(script)).stream(
            kit.TOTAL, [kit.picture()], control=control
        ):
            events.append(event)
            if isinstance(event, Token):
                control.cancel()
        answer = kit.final(events)
        assert (answer.status, answer.stop_reason) == ("failed", "cancelled")
        assert script.asked == ["answerable", "draft"]
        assert answer.text == "There is no answer: it was stopped before one was found."

    def test_in_the_middle_of_a_hanging_tool(self, make: Make) -> None:
        hung, release = threading.Event(), threading.Event()

        def hang(picture: Any) -> str:
            hung.set()
            release.wait(60)
            return "late"

        script, control = kit.Script(), Control()
        assistant = make(script, experts=kit.instant_experts(read=hang))
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(assistant.ask, kit.TOTAL, [kit.picture()], control=control)
            assert hung.wait(20)
            control.cancel()
            answer = asked.result(timeout=5)
        release.set()
        assert answer.stop_reason == "cancelled"
        assert script.asked == []

    def test_leaving_the_loop_stops_the_model(self, make: Make) -> None:
        model = kit.EndlessModel(kit.Script())
        for event in make(model).stream(kit.TOTAL, [kit.picture()]):
            if isinstance(event, Token):
                break
        assert model.stopped.wait(10)

    def test_cancelling_the_task_stops_the_run(self, make: Make) -> None:
        hung, release, controls = threading.Event(), threading.Event(), []

        @tool(examples=["Watch the clock for me"])
        def watch(context: Context) -> str:
            """Watch the clock."""
            controls.append(context.control)
            hung.set()
            release.wait(60)
            return "done"

        assistant = make(tools=[watch])

        async def ask_and_cancel() -> None:
            task = asyncio.create_task(assistant.aask("Watch the clock for me"))
            assert await asyncio.to_thread(hung.wait, 20)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(ask_and_cancel())
        release.set()
        assert controls[0].cancelled

    def test_the_deadline(self, make: Make) -> None:
        script = kit.Script()
        answer = make(script).ask(kit.TOTAL, [kit.picture()], control=Control(0))
        assert (answer.status, answer.stop_reason) == ("failed", "deadline")
        assert "the time was over" in answer.text
        assert script.asked == []

    def test_the_deadline_ends_a_hanging_tool(self, make: Make) -> None:
        release = threading.Event()
        experts = kit.instant_experts(read=lambda picture: str(release.wait(60)))
        script = kit.Script()
        answer = make(script, experts=experts, limits={"seconds": 0.3}).ask(
            kit.TOTAL, [kit.picture()]
        )
        release.set()
        assert answer.stop_reason == "deadline"
        assert script.asked == []

    @pytest.mark.parametrize("calls", [0, 1])
    def test_the_budget_of_model_calls(self, make: Make, calls: int) -> None:
        script = kit.Script()
        answer = make(script, limits={"model_calls": calls}).ask(kit.TOTAL, [kit.picture()])
        assert (answer.status, answer.stop_reason) == ("failed", "budget")
        assert len(script.asked) == calls == answer.usage.model_calls
        assert f"the limit of {calls} model calls" in answer.text

    def test_the_budget_of_tool_calls(self, make: Make) -> None:
        pictures = [kit.picture(n) for n in (1, 2, 3, 4)]
        answer = make(limits={"tool_calls": 2}).ask(kit.TOTAL, pictures)
        assert len(answer.results) == 2

    def test_a_refused_draft_is_not_given_when_the_budget_ends(self, make: Make) -> None:
        """The tokens run out between verify, which found the draft wrong, and the next draft."""
        script = kit.Script(says={"draft": "9.99 " + "bread " * 150})
        answer = make(script, limits={"tokens": 300}).ask(kit.TOTAL, [kit.picture()])
        assert answer.stop_reason == "budget"
        assert script.asked == ["answerable", "draft"]
        assert "9.99" not in answer.text


class TestManyAtOnce:
    def test_threads_do_not_mix_up_their_answers(self, make: Make) -> None:
        def read(picture: Any) -> Any:
            return kit.reading(f"Total {picture.width}.50")

        def total(messages: Any) -> str:
            return str(messages[-1].text.split("Total ")[1].split()[0])

        assistant = make(kit.Script(says={"draft": total}), experts=kit.instant_experts(read=read))

        def ask(side: int) -> tuple[int, Answer]:
            return side, assistant.ask(kit.TOTAL, [kit.picture(side, side=side)])

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, range(20, 60)))
        for side, answer in answers:
            assert answer.text == f"{side}.50"
            assert [p.width for p in answer.pictures] == [side]
            assert answer.usage.model_calls == 2


class TestPictures:
    def texts(self) -> list[Tool]:
        return kit.instant_experts(
            read=lambda picture: kit.reading(f"Total {picture.name.removesuffix('.png')}.75")
        )

    def pictures(self, folder: Path) -> list[Path]:
        return [kit.named_picture(folder, f"{n}00.png", n) for n in (1, 2, 3)]

    @pytest.mark.parametrize(
        ("question", "read"),
        [
            ("What is the total on picture 2?", ["200.png"]),
            ("What is the total on the third receipt?", ["300.png"]),
            ("What is the total on the last picture?", ["300.png"]),
            ("What is the total on 100.png?", ["100.png"]),
            ("What is the total on this receipt?", ["100.png", "200.png", "300.png"]),
        ],
    )
    def test_those_that_are_named_are_looked_at(
        self, make: Make, tmp_path: Path, question: str, read: list[str]
    ) -> None:
        assistant = make(experts=self.texts(), examples=_reading(question))
        answer = assistant.ask(question, self.pictures(tmp_path))
        assert [e.source.name for e in answer.evidence if e.kind == "text"][: len(read)] == read
        assert kit.ran(answer)[: len(read)] == ["read_text"] * len(read)

    @pytest.mark.parametrize(
        "question",
        ["Compare the totals of pictures 1 and 3", "Compare the first and third receipt"],
    )
    def test_two_may_be_named_at_once(self, make: Make, tmp_path: Path, question: str) -> None:
        assistant = make(experts=self.texts(), examples=_reading(question))
        answer = assistant.ask(question, self.pictures(tmp_path))
        assert {e.source.name for e in answer.evidence} == {"100.png", "300.png"}

    @pytest.mark.parametrize("sees", [False, True])
    @pytest.mark.parametrize("number", [0, 4, 99])
    def test_one_that_does_not_exist_is_told(
        self, make: Make, tmp_path: Path, number: int, sees: bool
    ) -> None:
        question = f"What is the total on picture {number}?"
        script = kit.Script(yes={"answerable": 0.1})
        assistant = make(
            script.model(sees_images=sees), experts=self.texts(), examples=_reading(question)
        )
        answer = assistant.ask(question, self.pictures(tmp_path))
        assert answer.status == "declined"
        assert f"expected a picture number 1 to 3, got {number}" in answer.text

    def test_a_model_that_sees_gets_those_that_are_meant(self, make: Make, tmp_path: Path) -> None:
        question = "What is the total on picture 2?"
        model = kit.Script(says={"draft": "200.75"}).model(sees_images=True)
        make(model, experts=self.texts(), examples=_reading(question)).ask(
            question, self.pictures(tmp_path)
        )
        names = [[p.name for m in call.messages for p in m.pictures] for call in model.calls]
        assert names == [["200.png"]] * len(model.calls)

    def test_pillow_pictures_are_not_meant_by_the_word_picture(self, make: Make) -> None:
        import io

        from PIL import Image

        def pillow(shade: int) -> Any:
            return Image.open(io.BytesIO(kit.picture(shade)))

        assistant = make(kit.Script(says={"draft": "4"}))
        assistant.ask(kit.COUNT, [pillow(1)], session="s")
        answer = assistant.ask(kit.COUNT, [pillow(2)], session="s")
        assert [r.call.arguments["picture"] for r in answer.results] == [2]


def _reading(question: str) -> list[Example]:
    return [Example(question=question, stages=((ToolCall(tool="read_text"),),))] * 3


class TestOwnTools:
    def test_it_is_chosen_and_its_result_is_evidence(self, make: Make) -> None:
        @tool(examples=["How warm is it in Paris?", "How warm is it in Rome?"])
        def weather(city: str) -> str:
            """Tell the weather.

            Args:
                city: name of the city.
            """
            return f"{city}: 21 degrees"

        script = kit.Script(says={"arguments": {"city": "Oslo"}, "draft": "21 degrees"})
        answer = make(script, tools=[weather]).ask("How warm is it in Oslo?")
        assert kit.ran(answer) == ["weather"]
        assert [e.text for e in answer.evidence] == ["Oslo: 21 degrees"]
        assert (answer.text, answer.stop_reason) == ("21 degrees", "accepted")
        assert answer.citations[0].evidence == "E1"

    def test_one_that_can_do_without_a_picture_runs_without(self, make: Make) -> None:
        @tool(examples=["Roll the dice", "Roll the dice please"])
        def dice(picture: Picture | None = None) -> str:
            """Roll the dice."""
            return "six and 5"

        answer = make(kit.Script(says={"draft": "5"}), tools=[dice]).ask("Roll the dice")
        assert kit.ran(answer) == ["dice"]

    def test_a_name_that_is_taken_is_refused(self, make: Make) -> None:
        @tool
        def read_text() -> str:
            """Another one."""
            return ""

        with pytest.raises(UsageError, match="two tools are called read_text"):
            make(tools=[read_text])


class TestWrongCalls:
    def test_closing_twice_and_asking_after(self, make: Make) -> None:
        assistant = make()
        with assistant:
            assistant.ask(kit.HELLO)
        assistant.close()
        for ask in (assistant.ask, lambda q: list(assistant.stream(q))):
            with pytest.raises(UsageError, match="closed"):
                ask(kit.HELLO)

    def test_a_model_that_was_handed_in_is_left_open(self, make: Make) -> None:
        closed: list[bool] = []
        model = kit.Script().model()
        model.close = lambda: closed.append(True)
        make(model).close()
        assert closed == []

    @pytest.mark.parametrize("question", ["", "   ", "\n", None, 7])
    def test_no_question(self, make: Make, question: Any) -> None:
        with pytest.raises(UsageError, match="question"):
            make().ask(question)

    def test_one_picture_instead_of_a_list(self, make: Make) -> None:
        for one in ("a.png", Path("a.png"), kit.picture()):
            with pytest.raises(UsageError, match=r"write \[picture\]"):
                make().ask(kit.TOTAL, one)

    def test_what_is_no_picture(self, make: Make, tmp_path: Path) -> None:
        broken = tmp_path / "broken.png"
        broken.write_bytes(b"no picture")
        with pytest.raises(BadInput, match=r"broken\.png"):
            make().ask(kit.TOTAL, [broken])

    def test_too_many_pictures(self, make: Make) -> None:
        with pytest.raises(UsageError, match="at most 32"):
            make().ask(kit.TOTAL, [kit.picture()] * 33)

    def test_settings_by_name(self, tmp_path: Path) -> None:
        from looktwice.agent.assistant import Assistant

        with Assistant.from_settings(
            model=ScriptedModel(["Hello."]),
            embedder=kit.WordEmbedder(),
            home=tmp_path,
            limits={"rounds": 0},
        ) as assistant:
            assert assistant.settings.limits.rounds == 0
            assert assistant.ask(kit.HELLO).text == "Hello."
        with pytest.raises(UsageError, match=r"limits\.rounds"):
            Assistant.from_settings(home=tmp_path, limits={"rounds": -1})

    def test_tools_are_told_of_as_they_start(self, make: Make) -> None:
        events = list(make().stream(kit.TOTAL, [kit.picture()]))
        assert [e.call.tool for e in events if isinstance(e, ToolStarted)] == ["read_text"]
