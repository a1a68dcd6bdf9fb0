"""Values the page shows, for tests."""

from __future__ import annotations

from html.parser import HTMLParser

from looktwice.schema import Answer, Event, Evidence, Picture, ToolCall, ToolResult
from looktwice.ui.web.conversation import Exchange
from looktwice.ui.web.progress import AnswerProgress, after_event

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


def exchange(words: str, text: str = "8.20", **how: object) -> Exchange:
    answer = Answer(
        question=words, text=text, status="answered", confidence=0.5, stop_reason="accepted"
    )
    return Exchange(question=words, answer=answer, **how)


def progress_after(*events: Event) -> AnswerProgress:
    progress = AnswerProgress()
    for event in events:
        progress = after_event(progress, event)
    return progress


CALL = ToolCall(id="C1", tool="read_text", title="Reading text", arguments={"picture": 1})


RESULT = ToolResult(call=CALL, evidence=(Evidence(kind="text", text="Total 8.20"),), seconds=0.5)
