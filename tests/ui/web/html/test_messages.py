"""A conversation as messages, and that nothing from outside becomes markup."""

from __future__ import annotations

import html
import re

from looktwice.schema import (
    Box,
    Citation,
    Detection,
    Evidence,
    Source,
    Token,
    ToolCall,
    ToolResult,
    ToolStarted,
)
from looktwice.ui.web.conversation import Activity, Exchange
from looktwice.ui.web.history import Chat
from looktwice.ui.web.html.components import attached_strip, chat_list, heading
from looktwice.ui.web.html.messages import (
    activity_html,
    chat_messages,
    question_message,
    running_messages,
)
from looktwice.ui.web.progress import AnswerProgress

from ..kit import EVIL, SHA, Tags, answer, picture, progress_after


def test_a_running_question_is_pending_and_tells_its_place_in_the_queue() -> None:
    question = question_message("q?", [], None, 0)
    first, steps = running_messages(AnswerProgress(), question, 0, before=2)
    assert first is question
    assert steps["metadata"]["status"] == "pending"
    assert "2 before you" in html.unescape(steps["metadata"]["title"])
    assert "you are next" in html.unescape(
        running_messages(AnswerProgress(), question, 0, 0)[1]["metadata"]["title"]
    )
    said = running_messages(progress_after(Token(text="8.20")), question, 0)
    assert [m["role"] for m in said] == ["user", "assistant", "assistant"]
    assert "8.20" in html.unescape(said[-1]["content"])


def test_an_answer_shows_status_citation_boxes_and_source() -> None:
    box = Box(x1=20, y1=50, x2=60, y2=75)
    evidence = Evidence(id="E1", kind="text", text="Total 8.20", source=Source(picture=SHA))
    citation = Citation(
        evidence="E1",
        source=Source(picture=SHA),
        boxes=(box,),
        quote="Total 8.20",
        start=0,
        end=10,
        known="read",
    )
    exchange = Exchange(
        question="q?",
        pictures=(picture(),),
        answer=answer(citations=(citation,), evidence=(evidence,), pictures=(picture(),)),
        lines=(Activity(title="Reading text", outcome="Total 8.20", seconds=0.5),),
    )
    ask, steps, says = chat_messages([exchange], "c")
    assert f"/see/picture/{SHA}" in ask["content"]
    assert steps["metadata"]["status"] == "done"
    text = says["content"]
    assert "lt-checked" in text
    assert "81 &#37; sure" in text
    cuts = [str(a["src"]) for t, a in Tags(text).found if t == "img"]
    assert [cut.partition("?")[0] for cut in cuts] == ["/see/cut/c/0/1"]
    links = [str(a["href"]) for t, a in Tags(text).found if t == "a"]
    assert [x for x in links if "see" in x] == ["#lt-see-0-c1", "#lt-see-0-c1"]
    assert "8.20<a" in html.unescape(text)  # right behind the statement, before its full stop


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
        lines=(Activity(title=EVIL, outcome=EVIL, seconds=1.0),),
    )  # fmt: skip
    every = [
        m["content"] + m.get("metadata", {}).get("title", "")
        for m in chat_messages([exchange], "c")
    ]
    every += [
        running_messages(
            progress_after(ToolStarted(call=call), Token(text=EVIL)),
            question_message(EVIL, [evil], None, 0),
            0,
        )[n]["content"]
        for n in range(3)
    ]
    every += [activity_html(Activity(title=EVIL, outcome=EVIL), "x"), heading(EVIL, "id")]
    every += [chat_list([Chat("id", EVIL, 0.0)], None), attached_strip([evil], evil, 1)]
    for made in every:
        assert "](" not in made
        assert "\n" not in made
        for tag, attributes in Tags(made).found:
            assert tag not in ("script", "iframe", "object", "style")
            assert not any(name.startswith("on") for name in attributes)
            if tag == "img":
                assert str(attributes["src"]).startswith(("/see/picture/", "/see/cut/"))
            if tag == "a":
                assert re.match(r"#lt-see-|#lt-take-|/see/export/", str(attributes["href"]))
