"""How values look in a terminal and in a pipe; what comes from outside is never markup."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.cli import app, console
from looktwice.cli.doctor import Finding
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
from looktwice.tools.base import tool
from looktwice.weights.state import WeightState
from rich.console import Console

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


def answer(**more: Any) -> Answer:
    given: dict[str, Any] = {
        "question": "What?",
        "text": "That.",
        "status": "answered",
        "confidence": 0.876,
        "stop_reason": "accepted",
        "model": "a-model",
        "usage": Usage(model_calls=2, total_seconds=1.26),
    }
    return Answer(**{**given, **more})


def evidence(text: str, **more: Any) -> Evidence:
    return Evidence(id="E1", kind="text", text=text, **more)


def shown(show: Callable[[Console], object], terminal: bool = False, width: int = 80) -> str:
    """What a function prints, as the command line prints it."""
    file = io.StringIO()
    show(Console(file=file, soft_wrap=True, force_terminal=terminal, width=width))
    return file.getvalue()


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
    out = shown(lambda c: console.show_answer(whole, c, trace=True))
    for kind in ("answer", "model", "quote", "did"):
        assert f"{kind} {text}" in out
    assert "[blue]photo.png" in out


@pytest.mark.parametrize("text", HOSTILE)
def test_untrusted_evidence_and_tool_lines_are_shown_as_they_are(text: str) -> None:
    given = answer(evidence=(evidence(text),))
    assert text in shown(lambda c: console.show_answer(given, c))
    failed = ToolResult(
        call=ToolCall(tool="look", arguments={"target": text}),
        error=ToolFailure(kind="failed", message=f"because {text}"),
    )
    out = shown(lambda c: console.follow([ToolFinished(result=failed), ready()], c))
    assert f"target={text}" in out
    assert f"because {text}" in out


@pytest.mark.parametrize("text", HOSTILE)
def test_file_names_are_shown_as_they_are(text: str) -> None:
    path = Path("out") / text.replace("/", "_")
    assert str(path) in shown(lambda c: console.show_saved([path], c))


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1))
def test_any_printable_answer_is_shown_whole(text: str) -> None:
    assert text in shown(lambda c: console.show_answer(answer(text=f"<{text}>"), c))


@given(st.text(max_size=60))
def test_no_text_can_give_orders_to_the_terminal(text: str) -> None:
    orders = f"\x1b]0;title\x07\x1b[2J\x9b31m\r\x08{text}"
    given = answer(text=orders, model=orders, evidence=(evidence(orders),))
    out = shown(lambda c: console.show_answer(given, c))
    assert not {c for c in out if c < " " or "\x7f" <= c <= "\x9f"} - {"\n", "\t"}


def test_lines_of_an_answer_stay_lines() -> None:
    out = shown(lambda c: console.show_answer(answer(text="one\ntwo\n\nthree"), c))
    assert "one\ntwo\n\nthree\n" in out


# --- terminals and pipes ------------------------------------------------------------------------


def test_a_pipe_gets_no_colours_and_a_terminal_does() -> None:
    def show(c: Console) -> None:
        console.show_answer(answer(), c, trace=True)

    assert "\x1b" not in shown(show)
    assert "\x1b[1mThat." in shown(show, terminal=True)


def test_the_command_line_s_console_is_for_pipes_too(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_answer(answer(text="word " * 100), app.console())
    console.show_answer(answer(), app.console(stderr=True))
    out, err = capsys.readouterr()
    assert "word " * 99 + "word" in out  # one line, whatever the width
    assert "That." in err
    assert "\x1b" not in out + err


def test_long_texts_are_not_cut_and_long_evidence_is() -> None:
    long = "x" * 5_000
    given = answer(text=long, evidence=(evidence(long),))
    first, *rest = shown(lambda c: console.show_answer(given, c)).strip().splitlines()
    assert first == long
    assert max(map(len, rest)) < 120
    assert rest[-1].endswith("…")


# --- what is said -------------------------------------------------------------------------------


def test_the_answer_says_how_sure_it_is_and_what_it_cost() -> None:
    line = "answered · confidence 0.88 · 1.3 s · 2 model calls · a-model"
    assert line in shown(lambda c: console.show_answer(answer(), c))
    once = answer(usage=Usage(model_calls=1))
    assert "1 model call ·" in shown(lambda c: console.show_answer(once, c))


def test_citations_come_before_evidence() -> None:
    cited = Citation(evidence="E1", source=Source(picture="a" * 64), quote="8.20", boxes=(BOX,))
    given = answer(citations=(cited,), evidence=(evidence("Total 8.20"),), pictures=(PHOTO,))
    out = shown(lambda c: console.show_answer(given, c))
    assert "E1 in [blue]photo.png: “8.20” at (1,2)-(30,41)" in out
    assert "Total 8.20" not in out
    out = shown(lambda c: console.show_answer(given.model_copy(update={"citations": ()}), c))
    assert "E1: Total 8.20" in out


def test_many_boxes_are_counted() -> None:
    assert console.places(()) == ""
    assert console.places((BOX,) * 6).count("(1,2)") == 6
    assert console.places((BOX,) * 9).endswith(" and 3 more")


@given(st.text(), st.integers(2, 200))
def test_shortened_texts_fit_on_one_line(text: str, length: int) -> None:
    short = console.shorten(text, length)
    assert len(short) <= length
    assert len(short.splitlines()) <= 1
    whole = " ".join(text.split())
    assert short == whole or (short.endswith("…") and whole.startswith(short[:-1]))


def test_a_tool_line_names_what_was_given() -> None:
    call = ToolCall(tool="look", arguments={"picture": 2, "labels": [], "target": "", "zoom": 0})
    done = ToolResult(call=call, seconds=1.23)
    assert console.tool_line(done) == "✓ look(picture=2, zoom=0) 1.2 s"
    again = ToolResult(call=call, cached=True)
    assert console.tool_line(again).endswith("(from the record)")


def test_the_trace_is_shown_when_it_is_asked_for() -> None:
    given = answer(steps=(Step(node="draft", started=0.5, seconds=1.25, did="12 tokens"),))
    assert "12 tokens" not in shown(lambda c: console.show_answer(given, c))
    out = shown(lambda c: console.show_answer(given, c, trace=True))
    assert "0.50 s  draft     1.25 s  12 tokens" in out


# --- following a run ----------------------------------------------------------------------------


def ready(**more: Any) -> AnswerReady:
    return AnswerReady(answer=answer(**more))


def every_event() -> list[Any]:
    call = ToolCall(tool="read_text")
    step = Step(node="plan", started=0, seconds=0.1, did="read_text")
    return [
        *(StepStarted(node=node) for node in console._DOING),
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
    out = shown(lambda c: answers.append(console.follow(every_event(), c)), terminal)
    assert [a.text for a in answers] == ["at last"]
    assert "✓ read_text() 0.0 s" in out


def test_in_a_pipe_only_tools_are_told() -> None:
    out = shown(lambda c: console.follow(every_event(), c))
    assert out == "✓ read_text() 0.0 s\n"


def test_what_goes_wrong_in_a_run_is_passed_on_and_the_terminal_is_put_right() -> None:
    def events() -> Any:
        yield StepStarted(node="plan")
        raise KeyboardInterrupt

    file = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        console.follow(events(), Console(file=file, force_terminal=True))
    assert file.getvalue().rfind("\x1b[?25h") > file.getvalue().rfind("\x1b[?25l") >= 0


# --- lists --------------------------------------------------------------------------------------


def weight(**more: Any) -> WeightState:
    given: dict[str, Any] = {
        "name": "a-weight-with-quite-a-long-name-1.5b",
        "packs": ("starter", "gpu"),
        "purpose": "sees [red] things",
        "licence": "Apache-2.0",
        "homepage": "nowhere",
        "size": 1_234_567_890,
        "status": "missing",
        "path": Path("here"),
    }
    return WeightState(**{**given, **more})


@pytest.mark.parametrize("status", ["verified", "present", "missing", "damaged"])
def test_weights(status: str) -> None:
    given = weight(status=status, detail="it is [half] there")
    out = " ".join(shown(lambda c: console.show_weights([given], c), width=200).split())
    assert given.name in out
    assert "sees [red] things" in out
    assert "1,235 MB" in out
    assert "Apache-2.0" in out
    assert f"{status} it is [half] there" in out


def test_names_to_be_copied_are_never_cut() -> None:
    out = shown(lambda c: console.show_weights([weight()], c), width=60)
    assert weight().name in out


def test_findings_show_what_mends_them() -> None:
    found = [
        Finding("python", True, "3.12"),
        Finding("gradio", False, "3.1 [old]", 'python -m pip install "gradio>=6.0"'),
    ]
    lines = shown(lambda c: console.show_findings(found, c)).splitlines()
    assert lines[0].split() == ["ok", "python", "3.12"]
    assert lines[1].split() == ["mend", "gradio", "3.1", "[old]"]
    assert lines[2].strip() == 'python -m pip install "gradio>=6.0"'


def test_tools() -> None:
    @tool
    def weigh(what: str) -> float:
        """Weigh [a] thing.

        Args:
            what: the thing.
        """
        return float(len(what))

    lines = shown(lambda c: console.show_tools([weigh], c)).splitlines()
    assert lines[1].split() == ["weigh", "what", "Weigh", "[a]", "thing."]


def test_json_is_printed_plain_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    plain = app.console()
    console.show_weights([weight(detail="[red]" + "x" * 500)], plain, as_json=True)
    console.show_findings([Finding("größe", True, "[/]")], plain, as_json=True)
    console.show_tools([], plain, as_json=True)
    lines = capsys.readouterr().out.splitlines()
    weights, findings, tools = map(json.loads, lines)
    assert weights[0]["detail"] == "[red]" + "x" * 500
    assert weights[0]["path"] == "here"
    assert findings == [{"name": "größe", "ok": True, "found": "[/]", "mend": ""}]
    assert tools == []


def test_download_bars_follow_each_weight() -> None:
    file = io.StringIO()
    with console.DownloadBars(Console(file=file, force_terminal=True, width=100)) as bars:
        bars.update("one", 0, 10)
        bars.update("two", 5, 10)
        bars.update("one", 10, 10)
    assert {"one", "two"} <= set(bars._tasks)
    assert "one" in file.getvalue()
    assert "10/10" in file.getvalue()


def test_rendering_needs_no_model(tmp_path: Path) -> None:
    code = (
        "import sys, looktwice.cli.console\n"
        "bad = {'torch', 'langgraph', 'looktwice.agent.assistant'} & set(sys.modules)\n"
        "sys.exit(str(bad) if bad else 0)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
