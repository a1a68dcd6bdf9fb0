"""Events to messages, and that nothing from outside becomes markup."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.schema import (
    Answer,
    AnswerReady,
    AnswerRevised,
    Box,
    Citation,
    Detection,
    Event,
    Evidence,
    Origin,
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
)
from looktwice.ui.web.conversation import Exchange, Line, as_json, as_markdown
from looktwice.ui.web.history import Chat
from looktwice.ui.web.html.answers import figure, status_words, what_would_help
from looktwice.ui.web.html.components import attached_strip, chat_list, head_line, page_link, when
from looktwice.ui.web.html.escaping import mark, plain, prose
from looktwice.ui.web.html.rendering import (
    View,
    ask_message,
    follow,
    messages,
    running,
    step_html,
    tool_title,
)

EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> ![a](http://evil.example/x) \"'`*_ &lt;"
)
SHA = "ab" * 32


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def picture(**how: object) -> Picture:
    return Picture(
        **{"sha256": SHA, "width": 200, "height": 100, "format": "PNG", "name": "a.png", **how}
    )


def answer(**how: object) -> Answer:
    given: dict[str, object] = {
        "question": "q?", "text": "It is 8.20.", "status": "answered", "confidence": 0.81,
        "stop_reason": "accepted", **how,
    }  # fmt: skip
    return Answer(**given)


def shown(*events: Event) -> View:
    view = View()
    for event in events:
        view = follow(view, event)
    return view


CALL = ToolCall(id="C1", tool="read_text", arguments={"picture": 1})
RESULT = ToolResult(call=CALL, evidence=(Evidence(kind="text", text="Total 8.20"),), seconds=0.5)


def test_a_tool_shows_while_it_works_and_what_it_brought_when_it_is_done() -> None:
    view = shown(StepStarted(node="act"), ToolStarted(call=CALL))
    assert view.lines == (Line(title="Reading text: picture 1"),)
    assert view.doing == "Reading text: picture 1"
    view = follow(view, ToolFinished(result=RESULT))
    assert view.lines == (Line(title="Reading text: picture 1", told="Total 8.20", seconds=0.5),)


def test_calls_side_by_side_keep_their_own_lines() -> None:
    other = ToolCall(id="C2", tool="detect_objects", arguments={"labels": ["bus"], "picture": 2})
    failed = ToolResult(call=other, error=ToolFailure(kind="timeout", message="took too long"))
    view = shown(
        ToolStarted(call=CALL), ToolStarted(call=other), ToolFinished(result=failed),
        ToolFinished(result=RESULT),
    )  # fmt: skip
    assert [(x.title, x.told, x.failed) for x in view.lines] == [
        ("Reading text: picture 1", "Total 8.20", False),
        ("Finding objects: bus, picture 2", "took too long", True),
    ]
    assert view.open == {}


def test_steps_say_what_they_did_and_a_second_round_gets_lines_of_its_own() -> None:
    events: list[Event] = []
    for did in ("read_text (model)", "look_closer (model)"):
        events += [
            StepStarted(node="plan"),
            StepFinished(step=Step(node="plan", started=0, seconds=0.1, did=did)),
        ]
    assert [x.told for x in shown(*events).lines] == ["read_text (model)", "look_closer (model)"]


def test_words_grow_are_replaced_and_begin_anew_with_a_new_draft() -> None:
    view = shown(Token(text="8."), Token(text="20"))
    assert view.text == "8.20"
    assert follow(view, AnswerRevised(text="9.10")).text == "9.10"
    assert follow(view, StepStarted(node="draft")).text == ""
    done = follow(view, AnswerReady(answer=answer()))
    assert (done.text, done.answer) == ("It is 8.20.", answer())


def test_a_running_question_is_pending_and_tells_its_place_in_the_queue() -> None:
    question = ask_message("q?", [], None, 0)
    first, steps = running(View(), question, 0, before=2)
    assert first is question
    assert steps["metadata"]["status"] == "pending"
    assert "2 before you" in html.unescape(steps["metadata"]["title"])
    assert "you are next" in html.unescape(running(View(), question, 0, 0)[1]["metadata"]["title"])
    said = running(shown(Token(text="8.20")), question, 0)
    assert [m["role"] for m in said] == ["user", "assistant", "assistant"]
    assert "8.20" in html.unescape(said[-1]["content"])


def test_an_answer_shows_status_citation_boxes_and_source() -> None:
    box = Box(x1=20, y1=50, x2=60, y2=75)
    evidence = Evidence(id="E1", kind="text", text="Total 8.20", source=Source(picture=SHA))
    citation = Citation(
        evidence="E1", source=Source(picture=SHA), boxes=(box,), quote="Total 8.20", start=0, end=10
    )
    exchange = Exchange(
        question="q?",
        pictures=(picture(),),
        answer=answer(citations=(citation,), evidence=(evidence,), pictures=(picture(),)),
        lines=(Line(title="Reading text", told="Total 8.20", seconds=0.5),),
    )
    ask, steps, says = messages([exchange])
    assert f"/see/picture/{SHA}" in ask["content"]
    assert steps["metadata"]["status"] == "done"
    text = says["content"]
    assert "checked, 81 % sure" in text
    boxes = [a for t, a in Tags(text).found if t == "i"]
    assert [a["style"] for a in boxes] == ["left:10.000%;top:50.000%;width:20.000%;height:25.000%"]
    assert "lt-x0-1" in str(boxes[0]["class"])
    links = [a["href"] for t, a in Tags(text).found if t == "a"]
    assert links == ["#lt-see-0-c1", "#lt-see-0-w0", "#lt-see-0-c1"]
    assert "8.20<a" in html.unescape(text)  # right behind the statement, before its full stop


def test_boxes_of_a_crop_land_in_its_own_pixels_and_other_frames_are_left_out() -> None:
    crop = picture(origin=Origin(picture="cd" * 32, left=100, top=100, scale=0.5))
    shown = figure(crop, [(Box(x1=100, y1=100, x2=150, y2=125), "x", "")])
    assert "left:0.000%;top:0.000%;width:50.000%;height:50.000%" in shown
    page = Box(x1=0, y1=0, x2=5, y2=5, frame="page")
    assert "<i " not in figure(picture(), [(page, "x", "")])
    outside = Box(x1=300, y1=0, x2=400, y2=5)
    assert "<i " not in figure(picture(), [(outside, "x", "")])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"status": "declined", "confidence": 0.0, "stop_reason": "unsupported"}, "Cannot tell"),
        ({"status": "failed", "confidence": 0.0, "stop_reason": "cancelled"}, "Stopped"),
        ({"status": "partial", "confidence": 0.0, "stop_reason": "budget"}, "Partly answered"),
        ({"status": "failed", "confidence": 0.0, "stop_reason": "error"}, "No answer"),
    ],
)
def test_each_end_has_its_word(how: dict[str, object], words: str) -> None:
    assert status_words(answer(**how))[0] == words


def test_a_declined_answer_says_what_would_help() -> None:
    declined: dict[str, object] = {
        "status": "declined",
        "confidence": 0,
        "stop_reason": "unsupported",
    }
    assert "draw a box" in what_would_help(answer(**declined, pictures=(picture(),)))[0]
    assert "Add the picture" in what_would_help(answer(**declined))[0]
    assert what_would_help(answer()) == []
    assert what_would_help(answer(**{**declined, "stop_reason": "cancelled"})) == []


@given(st.text())
def test_plain_text_means_nothing_and_is_the_same_when_read(text: str) -> None:
    made = plain(text)
    assert re.fullmatch(r"(?:[^\W_]| |&#\d+;)*", made)
    kept = re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", kept)
    assert (
        html.unescape(made).replace("�", "") == html.unescape(kept).replace("�", "") or "&" in kept
    )


@given(st.text(alphabet=st.sampled_from("ab <>&\"'`*_[]()!#|-\n\\/:.=\ue0001") | st.characters()))
def test_an_answer_is_never_more_than_harmless_tags(text: str) -> None:
    made = prose(mark(text, {}), {})
    assert "\n" not in made
    harmless = {
        "p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "table",
        "thead", "tbody", "tr", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6",
    }  # fmt: skip
    for tag, attributes in Tags(made).found:
        assert tag in harmless
        assert set(attributes) <= {"start", "class", "style"}


def test_markdown_of_a_model_is_shown_without_links_and_pictures() -> None:
    made = prose("**8.20** [l](http://evil.example) ![p](http://evil.example/x.png) <b>x</b>")
    assert {tag for tag, _ in Tags(made).found} == {"p", "strong"}
    assert "](" not in made


def test_marks_of_citations_cannot_be_forged() -> None:
    made = prose(mark("8.20 \ue0001\ue001", {4: [1]}), {1: "<a>1</a>"})
    assert made.count("<a>") == 1


def test_nothing_from_outside_becomes_markup() -> None:
    evil = picture(name=EVIL)
    call = ToolCall(id=EVIL, tool=EVIL, arguments={EVIL: EVIL})
    evidence = Evidence(
        id="E1", kind="text", text=EVIL, source=Source(picture=SHA, name=EVIL),
        detections=(Detection(label=EVIL, score=0.5, box=Box(x1=1, y1=1, x2=9, y2=9)),),
    )  # fmt: skip
    cited = Citation(
        evidence="E1", source=Source(document=EVIL, page=1), quote=EVIL, start=0, end=5
    )
    exchange = Exchange(
        question=EVIL,
        pictures=(evil,),
        region=Box(x1=1, y1=1, x2=20, y2=20),
        answer=answer(
            question=EVIL, text=EVIL, citations=(cited,), evidence=(evidence,), pictures=(evil,),
            results=(ToolResult(call=call, evidence=(evidence,)),), model=EVIL,
        ),
        lines=(Line(title=EVIL, told=EVIL, seconds=1.0),),
    )  # fmt: skip
    every = [m["content"] + m.get("metadata", {}).get("title", "") for m in messages([exchange])]
    every += [
        running(
            shown(ToolStarted(call=call), Token(text=EVIL)), ask_message(EVIL, [evil], None, 0), 0
        )[n]["content"]
        for n in range(3)
    ]
    every += [step_html(Line(title=EVIL, told=EVIL), "x"), head_line(EVIL, "id")]
    every += [chat_list([Chat("id", EVIL, 0.0)], None), attached_strip([evil], evil, 1)]
    for made in every:
        assert "](" not in made
        assert "\n" not in made
        for tag, attributes in Tags(made).found:
            assert tag not in ("script", "iframe", "object", "style")
            assert not any(name.startswith("on") for name in attributes)
            if tag == "img":
                assert str(attributes["src"]).startswith("/see/picture/")
            if tag == "a":
                assert re.match(r"#lt-see-|/see/export/", str(attributes["href"]))


def test_addresses_of_pages_keep_strange_names_whole() -> None:
    assert page_link("a&b <c>.pdf", 2, "x y") == (
        "/see/page?document=a%26b+%3Cc%3E.pdf&amp;page=2&amp;words=x+y"
    )


def test_tool_titles_are_short_and_say_what_was_asked_for() -> None:
    long = ToolCall(tool="search_documents", arguments={"query": "word " * 100, "limit": None})
    assert tool_title(long).startswith("Searching the documents: word word")
    assert len(tool_title(long)) < 100
    assert tool_title(ToolCall(tool="price")) == "price"


def test_times_are_told_as_people_do() -> None:
    noon = 1_700_000_000.0
    assert re.fullmatch(r"\d\d:\d\d", when(noon, noon + 1))
    assert re.fullmatch(r"[A-Z][a-z]{2}", when(noon, noon + 3 * 86_400))
    assert re.fullmatch(r"\d+ [A-Z][a-z]{2}", when(noon, noon + 30 * 86_400))


def test_a_conversation_leaves_as_markdown_and_as_json() -> None:
    cited = Citation(
        evidence="E1", source=Source(picture=SHA), quote="Total *8.20*", start=0, end=5
    )
    exchange = Exchange(
        question="What <b>is</b> it?", pictures=(picture(),),
        answer=answer(citations=(cited,), pictures=(picture(),)),
    )  # fmt: skip
    text = as_markdown("Chat #1", [exchange])
    assert text.startswith("# Chat \\#1\n\n## What \\<b\\>is")
    assert 'Total \\*8.20\\*" in a.png' in text
    import json

    read = json.loads(as_json("Chat", [exchange]))
    assert Exchange.model_validate(read["exchanges"][0]) == exchange
