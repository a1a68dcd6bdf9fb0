"""How answers look in a terminal and in a pipe; what comes from outside is never markup."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.cli.show.answers import _DOING, follow, places, show_answer, show_saved, tool_line
from looktwice.schema import (
    Answer,
    AnswerReady,
    AnswerRevised,
    Box,
    Citation,
    Evidence,
    Picture,
    Source,
    Step,
    StepFinished,
    StepStarted,
    Token,
    ToolCall,
    ToolFailure,
    ToolFinished,
    ToolResult,
    ToolStarted,
    Usage,
)
from rich.console import Console

from .show_kit import answer, shown

HOSTILE = [
    "[red]",
    "[/red]",
    "[/]",
    "[bold]x[/bold]",
    "[link=file:///etc/passwd]x[/link]",
    ":100:",
    "1:100:5",
    "\\[red]",
    "ends in \\",
    "ends in \\\\",
    "{question} %s $total",
]
PHOTO = Picture(sha256="a" * 64, width=100, height=80, format="PNG", name="[blue]photo.png")
BOX = Box(x1=1, y1=2, x2=30.4, y2=40.6)


def evidence(text: str, **more: Any) -> Evidence:
    return Evidence(id="E1", kind="text", text=text, **more)


# --- text from outside --------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_untrusted_text_is_shown_as_it_is(text: str) -> None:
    whole = answer(
        text=f"answer {text}",
        model=f"model {text}",
        pictures=(PHOTO,),
        citations=(
            Citation(evidence="E1", source=Source(picture="a" * 64), quote=f"quote {text}"),
        ),
        steps=(Step(node="plan", started=0, seconds=1, did=f"did {text}"),),
    )
    out = shown(lambda c: show_answer(whole, c, trace=True))
    for kind in ("answer", "model", "quote", "did"):
        assert f"{kind} {text}" in out
    assert "[blue]photo.png" in out


@pytest.mark.parametrize("text", HOSTILE)
def test_untrusted_evidence_and_tool_lines_are_shown_as_they_are(text: str) -> None:
    given = answer(evidence=(evidence(text),))
    assert text in shown(lambda c: show_answer(given, c))
    failed = ToolResult(
        call=ToolCall(tool="look", arguments={"target": text}),
        error=ToolFailure(kind="failed", message=f"because {text}"),
    )
    out = shown(lambda c: follow([ToolFinished(result=failed), ready()], c))
    assert f"target={text}" in out
    assert f"because {text}" in out


@pytest.mark.parametrize("text", HOSTILE)
def test_file_names_are_shown_as_they_are(text: str) -> None:
    path = Path("out") / text.replace("/", "_")
    assert str(path) in shown(lambda c: show_saved([path], c))


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1))
def test_any_printable_answer_is_shown_whole(text: str) -> None:
    assert text in shown(lambda c: show_answer(answer(text=f"<{text}>"), c))


@given(st.text(max_size=60))
def test_no_text_can_give_orders_to_the_terminal(text: str) -> None:
    orders = f"\x1b]0;title\x07\x1b[2J\x9b31m\r\x08{text}"
    given = answer(text=orders, model=orders, evidence=(evidence(orders),))
    out = shown(lambda c: show_answer(given, c))
    assert not {c for c in out if c < " " or "\x7f" <= c <= "\x9f"} - {"\n", "\t"}


def test_lines_of_an_answer_stay_lines() -> None:
    out = shown(lambda c: show_answer(answer(text="one\ntwo\n\nthree"), c))
    assert "one\ntwo\n\nthree\n" in out


# --- terminals and pipes ------------------------------------------------------------------------


def test_a_pipe_gets_no_colours_and_a_terminal_does() -> None:
    def show(c: Console) -> None:
        show_answer(answer(), c, trace=True)

    assert "\x1b" not in shown(show)
    assert "\x1b[1mThat." in shown(show, terminal=True)


def test_long_texts_are_not_cut_and_long_evidence_is() -> None:
    long = "x" * 5_000
    given = answer(text=long, evidence=(evidence(long),))
    first, *rest = shown(lambda c: show_answer(given, c)).strip().splitlines()
    assert first == long
    assert max(map(len, rest)) < 120
    assert rest[-1].endswith("…")


# --- what is said -------------------------------------------------------------------------------


def test_the_answer_says_how_sure_it_is_and_what_it_cost() -> None:
    line = "Answered · nothing was looked at for this · 1.3 s · 2 model calls · a-model"
    assert line in shown(lambda c: show_answer(answer(), c))
    once = answer(usage=Usage(model_calls=1))
    assert "1 model call ·" in shown(lambda c: show_answer(once, c))


def test_citations_come_before_evidence() -> None:
    cited = Citation(evidence="E1", source=Source(picture="a" * 64), quote="8.20", boxes=(BOX,))
    given = answer(citations=(cited,), evidence=(evidence("Total 8.20"),), pictures=(PHOTO,))
    out = shown(lambda c: show_answer(given, c))
    assert "E1 in [blue]photo.png: “8.20” at (1,2)-(30,41)" in out
    assert "Total 8.20" not in out
    out = shown(lambda c: show_answer(given.model_copy(update={"citations": ()}), c))
    assert "E1: Total 8.20" in out


def test_many_boxes_are_counted() -> None:
    assert places(()) == ""
    assert places((BOX,) * 6).count("(1,2)") == 6
    assert places((BOX,) * 9).endswith(" and 3 more")


def test_a_tool_line_names_what_was_given() -> None:
    call = ToolCall(tool="look", arguments={"picture": 2, "labels": [], "target": "", "zoom": 0})
    done = ToolResult(call=call, seconds=1.23)
    assert tool_line(done) == "✓ look(picture=2, zoom=0) 1.2 s"
    again = ToolResult(call=call, cached=True)
    assert tool_line(again).endswith("(from the record)")


def test_the_trace_is_shown_when_it_is_asked_for() -> None:
    given = answer(steps=(Step(node="draft", started=0.5, seconds=1.25, did="12 tokens"),))
    assert "12 tokens" not in shown(lambda c: show_answer(given, c))
    out = shown(lambda c: show_answer(given, c, trace=True))
    assert "0.50 s  draft     1.25 s  12 tokens" in out


def test_the_trace_ends_with_what_was_read_and_looked_at() -> None:
    usage = Usage(prompt_tokens=3600, prefill_tokens=1300, completion_tokens=9, vision_passes=1)
    given = answer().model_copy(update={"usage": usage})
    out = shown(lambda c: show_answer(given, c, trace=True))
    assert "read 1300 of 3600 tokens of prompts, looked at 1 picture, wrote 9" in out


# --- following a run ----------------------------------------------------------------------------


def ready(**more: Any) -> AnswerReady:
    return AnswerReady(answer=answer(**more))


def every_event() -> list[Any]:
    call = ToolCall(tool="read_text")
    step = Step(node="plan", started=0, seconds=0.1, did="read_text")
    return [
        *(StepStarted(node=node) for node in _DOING),
        StepFinished(step=step),
        ToolStarted(call=call),
        ToolFinished(result=ToolResult(call=call)),
        Token(text="Th"),
        AnswerRevised(text="That."),
        ready(text="at last"),
    ]


@pytest.mark.parametrize("terminal", [True, False])
def test_following_gives_the_answer_and_a_line_for_each_tool(terminal: bool) -> None:
    answers: list[Answer] = []
    out = shown(lambda c: answers.append(follow(every_event(), c)), terminal)
    assert [a.text for a in answers] == ["at last"]
    assert "✓ read_text() 0.0 s" in out


def test_in_a_pipe_only_tools_are_told() -> None:
    out = shown(lambda c: follow(every_event(), c))
    assert out == "✓ read_text() 0.0 s\n"


def test_what_goes_wrong_in_a_run_is_passed_on_and_the_terminal_is_put_right() -> None:
    def events() -> Any:
        yield StepStarted(node="plan")
        raise KeyboardInterrupt

    file = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        follow(events(), Console(file=file, force_terminal=True))
    assert file.getvalue().rfind("\x1b[?25h") > file.getvalue().rfind("\x1b[?25l") >= 0


def test_rendering_needs_no_model(tmp_path: Path) -> None:
    code = (
        "import sys, looktwice.cli.show.answers\n"
        "bad = {'torch', 'langgraph', 'looktwice.agent.assistant'} & set(sys.modules)\n"
        "sys.exit(str(bad) if bad else 0)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
