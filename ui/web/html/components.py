"""The lists beside the conversation, as HTML: past chats, documents, what a search found."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from ....media.clock import place
from ....schema import Passage, Picture
from ..history import Chat
from ..text import shorten
from .addresses import page_link
from .answers import figure
from .escaping import plain

if TYPE_CHECKING:
    from ....retrieval.catalog.rows import Document

_DAY = 24 * 3600
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "zh": "中文"}
"""Of the interface, by their own names; all but English have a file in languages/."""


def chat_list(
    chats: Sequence[Chat],
    current: str | None,
    words: str = "",
    removed: str = "",
    running: Collection[str] = (),
) -> str:
    """Past chats by day, the one that is open marked.

    Args:
        chats: newest first.
        current: id of the one that is open.
        words: that were searched for.
        removed: id of the chat that was just removed; it can be had back.
        running: ids of those with a question at work.
    """
    undo = _undo(removed) if removed else ""
    if not chats:
        hint = "No chat has these words." if words.strip() else "Your chats will stand here."
        return f'{undo}<p class="lt-none">{hint}</p>'
    now = time.time()
    groups = "".join(
        f"<h3>{day}</h3>"
        f'<ul class="lt-list">{"".join(_chat_row(chat, current, running) for chat in group)}</ul>'
        for day, group in groupby(chats, key=lambda chat: day_of(chat.updated, now))
    )
    return f'{undo}<nav aria-label="Past chats">{groups}</nav>'


def _chat_row(chat: Chat, current: str | None, running: Collection[str]) -> str:
    title = plain(chat.title) or "Chat"
    when = short_time(chat.updated)
    if chat.id in running:
        when = '<b class="lt-at-work">at work</b>'
    return (
        f'<li class="{"lt-on" if chat.id == current else ""}">'
        f'<button type="button" class="lt-do lt-open" data-chat="{chat.id}"'
        f"{' aria-current=true' if chat.id == current else ''}>"
        f"<span>{title}</span><small>{when}</small></button>"
        f'<button type="button" class="lt-do lt-rename" data-chat="{chat.id}" data-title="{title}" '
        f'aria-label="Rename the chat {title}" title="Rename">&#9998;</button>'
        f'<button type="button" class="lt-do lt-forget" data-chat="{chat.id}" '
        f'aria-label="Remove the chat {title}" title="Remove">&times;</button></li>'
    )


def alert(words: str) -> str:
    """What went wrong, told at once by a screen reader; "" leaves the place for it."""
    return f'<p class="lt-wrong-type" role="alert">{plain(words)}</p>'


def _undo(chat: str) -> str:
    return (
        '<p class="lt-undo" role="status">Removed. '
        f'<button type="button" class="lt-do lt-restore" data-chat="{plain(chat)}">Undo</button></p>'
    )


def day_of(then: float, now: float) -> str:
    """The group a chat stands in: "Today", "Yesterday", "Last 7 days", "May 2026"."""
    midnight = time.mktime((*time.localtime(now)[:3], 0, 0, 0, 0, 0, -1))
    if then >= midnight:
        return "Today"
    if then >= midnight - _DAY:
        return "Yesterday"
    if then >= midnight - 6 * _DAY:
        return "Last 7 days"
    return time.strftime("%B %Y", time.localtime(then))


def short_time(then: float, now: float | None = None) -> str:
    """A time for people: "12:40", "Tue", "3 May"."""
    now = time.time() if now is None else now
    there = time.localtime(then)
    if time.localtime(now)[:3] == there[:3]:
        return time.strftime("%H:%M", there)
    if 0 <= now - then < 6 * _DAY:
        return time.strftime("%a", there)
    return f"{there.tm_mday} {time.strftime('%b', there)}"


def document_list(
    documents: Sequence[Document], failures: Sequence[tuple[str, str]] = (), *, shared: bool
) -> str:
    """The documents questions are about, and files that could not be added, with the reasons."""
    failed = _failed_list(failures, shared=shared)
    whose = "shared by everybody who uses this page" if shared else "only you can see them"
    if not documents:
        return f'{failed}<p class="lt-none">No documents yet; {whose}.</p>'
    rows = "".join(
        f'<li><a class="lt-page" href="{page_link(d.name, 1)}"><span>{plain(d.name)}</span>'
        f"<small>{d.pages:,} page{'' if d.pages == 1 else 's'}</small></a>"
        f'<button type="button" class="lt-do lt-remove" data-name="{plain(d.name)}" '
        f'aria-label="Remove the document {plain(d.name)}">&times;</button></li>'
        for d in documents
    )
    count = f"{len(documents):,} document{'' if len(documents) == 1 else 's'}; {whose}"
    return f'{failed}<p class="lt-none">{count}</p><ul class="lt-list">{rows}</ul>'


def _failed_list(failures: Sequence[tuple[str, str]], *, shared: bool) -> str:
    rows = "".join(
        f"<li><p><b>{plain(name)}</b> {plain(shorten(reason, 300))}</p>"
        + (
            ""
            if shared
            else f'<button type="button" class="lt-do lt-dismiss" data-name="{plain(name)}" '
            f'aria-label="Forget the file {plain(name)}">&times;</button>'
        )
        + "</li>"
        for name, reason in failures
    )
    return f'<ul class="lt-list lt-failures" aria-label="Not added">{rows}</ul>' if rows else ""


def search_results(passages: Sequence[Passage], words: str) -> str:
    """What a search found; each opens its page with the words marked."""
    if not words.strip():
        return ""
    if not passages:
        return '<p class="lt-none">Nothing found.</p>'
    rows = "".join(
        f'<li><a class="lt-page" href="{page_link(p.document, p.page, words)}">'
        f"<span>{plain(p.document)}<small>{place(p)}</small></span>"
        f"<em>{plain(shorten(p.text, 110))}</em></a></li>"
        for p in passages
    )
    return f'<ul class="lt-list lt-found">{rows}</ul>'


def attached_strip(pictures: Sequence[Picture], region: Picture | None, editing: int | None) -> str:
    """What the next question comes with, each thing with a button that takes it away."""
    parts = []
    if editing is not None:
        parts.append(
            f"<span class='lt-chip'>Changing question {editing + 1}: what follows it is replaced"
            f"{_detach_button('editing', 'Leave it as it is')}</span>"
        )
    if region is not None:
        parts.append(
            f"<span class='lt-chip'>{figure(region, [])}A part of {plain(shorten(region.name, 30))}"
            f"{_detach_button('region', 'Ask about the whole picture')}</span>"
        )
    parts += [
        f"<span class='lt-chip'>{figure(p, [])}{plain(shorten(p.name, 24))}"
        f"{_detach_button(p.sha256, 'Leave this picture out')}</span>"
        for p in pictures
    ]
    return f'<div class="lt-chips">{"".join(parts)}</div>' if parts else ""


def _detach_button(what: str, label: str) -> str:
    return (
        f'<button type="button" class="lt-do lt-drop" data-what="{what}" aria-label="{label}" '
        f'title="{label}">&times;</button>'
    )


def settings_note(pack: str, *, own: bool) -> str:
    """What the settings are good for, and who chooses the model.

    Args:
        pack: the one that answers.
        own: the page is its user's own, who may choose the model.
    """
    chooses = (
        "<span>Another model is loaded at your next question, which then takes longer.</span>"
        if own
        else f"<span>The pack {plain(pack)} answers; whoever runs the program chooses it.</span>"
    )
    return (
        '<p class="lt-none"><span>What you set here holds for your next questions in this browser.'
        f"</span> {chooses} <span>What fits this machine:</span> <code>looktwice doctor</code></p>"
    )


def language_choice() -> str:
    """The languages of the interface; by default the browser's."""
    options = "".join(
        f'<option value="{code}" lang="{code}">{name}</option>' for code, name in LANGUAGES.items()
    )
    return (
        '<select class="lt-language" aria-label="Language"><option value="">Auto</option>'
        f"{options}</select>"
    )


def heading(title: str, chat: str | None) -> str:
    """The name of the conversation, and how to take it along."""
    if chat is None:
        return '<div class="lt-head" data-chat=""><h1>New chat</h1></div>'
    links = "".join(
        f'<a href="/see/export/{chat}/{kind}" download>{name}</a>'
        for kind, name in {"md": "Markdown", "html": "HTML", "docx": "Word", "json": "JSON"}.items()
    )
    return (
        f'<div class="lt-head" data-chat="{chat}"><h1>{plain(title)}</h1>'
        f'<details class="lt-menu"><summary>Export</summary><div>{links}</div></details></div>'
    )


def _offer(model: str) -> str:
    return (
        '<p class="lt-offer"><span>The model in use reads text; it does not see.</span> '
        f"<span>One that sees fits this machine: {plain(model)}.</span> "
        "<code>looktwice models choose --take</code></p>"
    )


def welcome(examples: Sequence[tuple[str, Picture]], seeing_model: str = "") -> str:
    """What stands where a conversation will be.

    Args:
        examples: questions with their pictures.
        seeing_model: one to take where the model in use cannot see.
    """
    cards = "".join(
        f'<button type="button" class="lt-do lt-example lt-n{n}">'
        f'<img src="/see/picture/{picture.sha256}" alt="{plain(picture.name)}">'
        f"<span>{plain(question)}</span></button>"
        for n, (question, picture) in enumerate(examples)
    )
    return (
        '<div class="lt-welcome"><h2>What would you like to know?</h2>'
        "<p>Drop a picture, a scan or a document below and ask. Every answer shows where it stands, "
        f'and says so when it cannot tell.</p><div class="lt-examples">{cards}</div>'
        f"{_offer(seeing_model) if seeing_model else ''}</div>"
    )
