"""A conversation as messages of Gradio's chat.

A question becomes three: what was asked, one collapsible message with all that is done, and the answer.
Everything that comes from outside passes through `escaping`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....schema import Box, Picture
from ..conversation import Activity, Exchange
from ..progress import AnswerProgress, tool_name
from ..text import shorten
from .answers import answer_html, figure
from .escaping import plain, prose

ChatbotMessage = dict[str, Any]
"""A message as Gradio's chat takes it: role, content, metadata."""

_MAX_OUTCOME = 2_000


def chat_messages(exchanges: Sequence[Exchange], chat: str | None) -> list[ChatbotMessage]:
    """A conversation of the past."""
    return [
        message
        for number, exchange in enumerate(exchanges)
        for message in exchange_messages(exchange, number, chat)
    ]


def exchange_messages(exchange: Exchange, number: int, chat: str | None) -> list[ChatbotMessage]:
    """One exchange of the past; `number` counts from 0 and marks its citations and buttons."""
    shown = [question_message(exchange.question, exchange.pictures, exchange.region, number, chat)]
    if exchange.lines:
        shown.append(
            _activities_message(exchange.lines, summary_title(exchange), number, pending=False)
        )
    return [*shown, _assistant_message(answer_html(exchange, number, chat))]


def running_messages(
    progress: AnswerProgress, question: ChatbotMessage, number: int, before: int | None = None
) -> list[ChatbotMessage]:
    """A question that is being worked on.

    Args:
        progress: what happened so far.
        question: its message, see `question_message`.
        number: of the exchange, from 0.
        before: how many questions are before it in the queue; None when it has its turn.
    """
    title = progress.doing + "…"
    if before is not None:
        title = f"In the queue, {before} before you" if before else "In the queue, you are next"
    shown = [question, _activities_message(progress.lines, title, number, pending=True)]
    if progress.text.strip():
        shown.append(
            _assistant_message(f'<div class="lt-answer lt-live">{prose(progress.text)}</div>')
        )
    return shown


def question_message(
    question: str,
    pictures: Sequence[Picture],
    region: Box | None,
    number: int,
    chat: str | None = None,
) -> ChatbotMessage:
    """What the user said, with its pictures and the button that changes it; the chat's id is a class,
    which Gradio lets through.
    """
    marks = [(region, "lt-region", "")] if region is not None else []
    figures = "".join(
        figure(p, marks if n == 0 else [], href=f"#lt-see-{number}-p{n}")
        for n, p in enumerate(pictures)
    )
    words = "<br>".join(plain(line) for line in question.splitlines())
    edit = (
        f'<button type="button" class="lt-do lt-edit lt-n{number}" '
        'title="Change this question and ask again">Edit</button>'
    )
    strip = f'<div class="lt-strip">{figures}</div>' if figures else ""
    of_chat = f" lt-chat-{chat}" if chat else ""
    return {
        "role": "user",
        "content": f'<div class="lt-ask{of_chat}">{strip}<p>{words}</p>{edit}</div>',
    }


def refusal_message(message: str, words: str = "") -> ChatbotMessage:
    """A question that could not be asked, with the reason; `words` are given back to be asked again."""
    back = f' data-words="{plain(words)}"' if words else ""
    return _assistant_message(
        f'<div class="lt-answer lt-refused"{back}><p>{plain(message)}</p></div>'
    )


def waiting_message(words: str) -> ChatbotMessage:
    """Something that goes on before the question itself."""
    return {
        "role": "assistant",
        "content": "",
        "metadata": {"title": plain(words) + "…", "status": "pending"},
    }


def summary_title(exchange: Exchange) -> str:
    """How it went, in a line: "Read text, looked closer · 4.2 s"."""
    used = dict.fromkeys(tool_name(r.call) for r in exchange.answer.results)
    what = ", ".join(used) if used else "No tool was needed"
    return f"{what} · {exchange.answer.usage.total_seconds:.1f} s"


def _assistant_message(html: str) -> ChatbotMessage:
    return {"role": "assistant", "content": html}


def _activities_message(
    activities: Sequence[Activity], title: str, number: int, *, pending: bool
) -> ChatbotMessage:
    items = "".join(
        activity_html(activity, f"lt-s{number}-{n}") for n, activity in enumerate(activities)
    )
    return {
        "role": "assistant",
        "content": f'<div class="lt-steps">{items}</div>',
        "metadata": {"title": plain(title), "status": "pending" if pending else "done"},
    }


def activity_html(activity: Activity, name: str) -> str:
    """A collapsible line; `name` lets the page remember that it was opened."""
    state = (
        "lt-fail" if activity.failed else "lt-done" if activity.seconds is not None else "lt-busy"
    )
    time = "" if activity.seconds is None else f"<i>{activity.seconds:.1f} s</i>"
    said = f"<em>{plain(activity.words)}</em>" if activity.words else ""
    head = f"<span>{plain(shorten(activity.title))}{said}</span>{time}"
    if not activity.outcome:
        return f'<div class="lt-step {state}"><div class="lt-line">{head}</div></div>'
    outcome = "<br>".join(plain(x) for x in activity.outcome[:_MAX_OUTCOME].splitlines())
    more = "<br>…" if len(activity.outcome) > _MAX_OUTCOME else ""
    return (
        f'<details class="lt-step {state} {name}"><summary>{head}</summary>'
        f'<div class="lt-outcome">{outcome}{more}</div></details>'
    )
