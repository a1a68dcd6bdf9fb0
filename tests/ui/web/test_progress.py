"""Events, folded into what the page shows of an answer."""

from __future__ import annotations

from looktwice.schema import (
    AnswerReady,
    AnswerRevised,
    Box,
    Event,
    Evidence,
    Step,
    StepFinished,
    StepStarted,
    TextLine,
    Token,
    ToolCall,
    ToolFailure,
    ToolFinished,
    ToolProgress,
    ToolResult,
    ToolStarted,
)
from looktwice.ui.web.conversation import Activity
from looktwice.ui.web.progress import after_event, tool_title, words_brought

from .kit import CALL, RESULT, answer, progress_after

BOX = Box(x1=0, y1=0, x2=9, y2=9)


def test_a_tool_shows_while_it_works_and_what_it_brought_when_it_is_done() -> None:
    progress = progress_after(StepStarted(node="act"), ToolStarted(call=CALL))
    assert progress.lines == (Activity(title="Reading text: picture 1"),)
    assert progress.doing == "Reading text: picture 1"
    progress = after_event(progress, ToolFinished(result=RESULT))
    assert progress.lines == (
        Activity(title="Reading text: picture 1", outcome="Total 8.20", seconds=0.5),
    )


def test_a_long_tool_says_how_far_it_is() -> None:
    call = ToolCall(tool="summarise", title="Summing up")
    progress = progress_after(
        ToolStarted(call=call), ToolProgress(call=call, text="2 of 9: Prices")
    )
    assert progress.doing == "Summing up 2 of 9: Prices"
    assert progress.lines == (Activity(title="Summing up"),)


def test_calls_side_by_side_keep_their_own_lines() -> None:
    other = ToolCall(id="C2", tool="detect_objects", arguments={"labels": ["bus"], "picture": 2})
    failed = ToolResult(call=other, error=ToolFailure(kind="timeout", message="took too long"))
    progress = progress_after(
        ToolStarted(call=CALL), ToolStarted(call=other), ToolFinished(result=failed),
        ToolFinished(result=RESULT),
    )  # fmt: skip
    assert [(x.title, x.outcome, x.failed) for x in progress.lines] == [
        ("Reading text: picture 1", "Total 8.20", False),
        ("Detect objects: bus, picture 2", "took too long", True),
    ]
    assert progress.open == {}


def test_steps_say_what_they_did_and_a_second_round_gets_lines_of_its_own() -> None:
    events: list[Event] = []
    for did in ("read_text (model)", "look_closer (model)"):
        events += [
            StepStarted(node="plan"),
            StepFinished(step=Step(node="plan", started=0, seconds=0.1, did=did, words="First: x")),
        ]
    assert [(x.words, x.outcome) for x in progress_after(*events).lines] == [
        ("First: x", "read_text (model)"),
        ("First: x", "look_closer (model)"),
    ]


def test_what_a_tool_brought_is_counted() -> None:
    lines = [TextLine(text=text, box=BOX, score=0.9) for text in ("Total", "8.20")]
    for evidence, words in (
        ((Evidence(kind="text", text="Total", lines=lines),), "2 lines read"),
        ((Evidence(kind="passage", text="Rent"),), "1 place found"),
        ((), "nothing found"),
    ):
        assert words_brought(ToolResult(call=CALL, evidence=evidence)) == words


def test_words_grow_are_replaced_and_begin_anew_with_a_new_draft() -> None:
    progress = progress_after(Token(text="8."), Token(text="20"))
    assert progress.text == "8.20"
    assert after_event(progress, AnswerRevised(text="9.10")).text == "9.10"
    assert after_event(progress, StepStarted(node="draft")).text == ""
    done = after_event(progress, AnswerReady(answer=answer()))
    assert (done.text, done.answer) == ("It is 8.20.", answer())


def test_tool_titles_are_short_and_say_what_was_asked_for() -> None:
    long = ToolCall(
        tool="search_documents",
        title="Searching",
        arguments={"query": "word " * 100, "limit": 18},
    )
    assert tool_title(long).startswith("Searching: word word")
    assert len(tool_title(long)) < 100
    assert "18" not in tool_title(long)
    assert tool_title(ToolCall(tool="price_of")) == "Price of"
