"""Gradio's events, handed to `ChatHandlers` as plain values; its updates, handed back as widgets.

Every method is one event; what a browser sends is checked here.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import gradio as gr

from .chat import ChatHandlers
from .html.escaping import plain
from .layout import Widgets
from .preferences import Preferences
from .session import Caller, PageSession, Updates

WidgetUpdates = dict[Any, Any]
_AS_THEY_ARE = ("session", "log", "strip", "head", "chats", "documents", "found", "prompts")
"""Names of updates that are the values of the widgets of that name."""


class EventHandlers:
    """What each event of the page does.

    Args:
        handlers: decide what is shown.
        widgets: show it.
    """

    def __init__(self, handlers: ChatHandlers, widgets: Widgets) -> None:
        self._handlers, self._widgets = handlers, widgets
        self._navigation, self._panel = handlers.navigation, handlers.documents_panel
        self.records = handlers.records

    # --- asking

    async def ask(
        self,
        value: dict[str, Any],
        session: PageSession,
        scope: list[str] | None,
        checks: list[str] | None,
        seconds: float | None,
        rounds: float | None,
        model: str | None,
        request: gr.Request,
    ) -> AsyncGenerator[WidgetUpdates]:
        """What was typed was sent."""
        paths = [Path(p) for p in value.get("files") or []]
        text, caller = value.get("text") or "", self.caller(request)
        preferences = Preferences(checks, seconds, rounds, model)
        stream = self._handlers.ask(caller, session, text, paths, scope or (), preferences)
        async with contextlib.aclosing(self._streamed(stream)) as every:
            async for updates in every:
                yield updates

    async def retry(
        self,
        session: PageSession,
        scope: list[str] | None,
        checks: list[str] | None,
        seconds: float | None,
        rounds: float | None,
        model: str | None,
        request: gr.Request,
        event: gr.EventData,
    ) -> AsyncGenerator[WidgetUpdates]:
        """Below an answer: ask again."""
        caller, preferences = self.caller(request), Preferences(checks, seconds, rounds, model)
        stream = self._handlers.retry(caller, session, _number(event), scope or (), preferences)
        async with contextlib.aclosing(self._streamed(stream)) as every:
            async for updates in every:
                yield updates

    async def ask_example(
        self, session: PageSession, request: gr.Request, event: gr.EventData
    ) -> AsyncGenerator[WidgetUpdates]:
        """One of the examples was chosen."""
        stream = self._handlers.ask_example(self.caller(request), session, _number(event))
        async with contextlib.aclosing(self._streamed(stream)) as every:
            async for updates in every:
                yield updates

    def stop(self, request: gr.Request) -> None:
        """The stop button."""
        self._handlers.stop(self.caller(request))

    def feedback(self, session: PageSession, request: gr.Request, event: gr.EventData) -> None:
        """Below an answer: right or wrong, perhaps with a word."""
        self._handlers.give_feedback(
            self.caller(request),
            session,
            _number(event),
            _text(event, "words", 2_000),
            good=_field(event, "good") is True,
        )

    def refresh(self, session: PageSession, request: gr.Request) -> WidgetUpdates:
        """An answer has come; the lists beside it change."""
        return self.shown(self._navigation.refresh(self.caller(request), session))

    # --- pages and chats

    def load(self, request: gr.Request) -> WidgetUpdates:
        """The page was opened."""
        shown = self.shown(self._navigation.load(self.caller(request)))
        return {**shown, self._widgets.model: gr.update(**self._models())}

    async def new_chat(self, request: gr.Request) -> WidgetUpdates:
        """The button for a new chat."""
        return self.shown(await self._handlers.new_chat(self.caller(request)))

    async def open_chat(
        self, request: gr.Request, event: gr.EventData
    ) -> AsyncGenerator[WidgetUpdates]:
        """A chat of the list, or of an address."""
        stream = self._handlers.open_chat(self.caller(request), _text(event, "chat"))
        async with contextlib.aclosing(self._streamed(stream)) as every:
            async for updates in every:
                yield updates

    def delete_chat(
        self, session: PageSession, request: gr.Request, event: gr.EventData
    ) -> WidgetUpdates:
        """The cross at a chat of the list."""
        return self.shown(
            self._navigation.delete_chat(self.caller(request), session, _text(event, "chat"))
        )

    def restore_chat(
        self, session: PageSession, request: gr.Request, event: gr.EventData
    ) -> WidgetUpdates:
        """Undo, after a chat was removed."""
        return self.shown(
            self._navigation.restore_chat(self.caller(request), session, _text(event, "chat"))
        )

    def rename_chat(
        self, session: PageSession, request: gr.Request, event: gr.EventData
    ) -> WidgetUpdates:
        """The pencil at a chat of the list."""
        chat, title = _text(event, "chat"), _text(event, "title")
        return self.shown(self._navigation.rename_chat(self.caller(request), session, chat, title))

    def search_chats(self, words: str, session: PageSession, request: gr.Request) -> WidgetUpdates:
        """Words for a search of the chats."""
        return self.shown(self._navigation.search_chats(self.caller(request), session, words))

    # --- what the next question comes with

    def edit(self, session: PageSession, request: gr.Request, event: gr.EventData) -> WidgetUpdates:
        """At a question: edit."""
        return self.shown(self._navigation.edit(self.caller(request), session, _number(event)))

    def select_region(
        self, session: PageSession, request: gr.Request, event: gr.EventData
    ) -> WidgetUpdates:
        """A box was drawn on a picture."""
        box = _field(event, "box")
        return self.shown(
            self._navigation.select_region(
                self.caller(request),
                session,
                _text(event, "sha"),
                box if isinstance(box, list) else [],
            )
        )

    def detach(
        self, session: PageSession, request: gr.Request, event: gr.EventData
    ) -> WidgetUpdates:
        """The cross at something attached."""
        return self.shown(
            self._navigation.detach(self.caller(request), session, _text(event, "what"))
        )

    def attach_photo(
        self, path: str | None, session: PageSession, request: gr.Request
    ) -> WidgetUpdates:
        """The camera took a picture."""
        updates: Updates = {}
        if path:
            updates = self._navigation.attach_photo(self.caller(request), session, Path(path))
        return {**self.shown(updates), self._widgets.camera: gr.Image(value=None, visible=False)}

    def keep_prompt(self, request: gr.Request, event: gr.EventData) -> WidgetUpdates:
        """What stands in the box is to be asked again."""
        words = _text(event, "words", self._handlers.limits.question_characters)
        return self.shown(self._navigation.keep_prompt(self.caller(request), words))

    def remove_prompt(self, request: gr.Request, event: gr.EventData) -> WidgetUpdates:
        """The cross at a prompt."""
        return self.shown(self._navigation.remove_prompt(self.caller(request), _number(event)))

    # --- documents

    async def add_documents(
        self, paths: list[str] | None, request: gr.Request
    ) -> AsyncGenerator[WidgetUpdates]:
        """Files for the documents."""
        given = [Path(p) for p in paths or []]
        async for updates in self._panel.add(self.caller(request), given):
            yield self.shown(updates)

    async def watch_documents(self, request: gr.Request) -> AsyncGenerator[WidgetUpdates]:
        """The page was opened while files of its user are being added."""
        yield {self._widgets.progress: gr.skip()}  # without a yield Gradio empties what is changed
        async for updates in self._panel.watch(self.caller(request)):
            yield self.shown(updates)

    def remove_document(self, request: gr.Request, event: gr.EventData) -> WidgetUpdates:
        """The cross at a document."""
        return self.shown(self._panel.remove(self.caller(request), _text(event, "name")))

    def dismiss(self, request: gr.Request, event: gr.EventData) -> WidgetUpdates:
        """The cross at a file that could not be added."""
        return self.shown(self._panel.dismiss(self.caller(request), _text(event, "name")))

    def search_documents(self, words: str, request: gr.Request) -> WidgetUpdates:
        """Words for a search of the documents."""
        return self.shown(self._panel.search(self.caller(request), words))

    # --- between the two

    async def _streamed(self, stream: AsyncGenerator[Updates]) -> AsyncGenerator[WidgetUpdates]:
        """Updates as they come, and at last one without a change.

        Gradio sends the last one twice; the second may come when the page shows another chat.
        """
        async with contextlib.aclosing(stream):
            async for updates in stream:
                yield self.shown(updates)
        yield {self._widgets.session: gr.skip()}

    def _models(self) -> dict[str, Any]:
        """The models to choose from; where others than their owner use the program, there are none."""
        if self._handlers.authentication.required:
            return {"visible": False}
        options = self._handlers.models.options()
        return {"choices": [(option.label, option.value) for option in options], "visible": True}

    def caller(self, request: gr.Request) -> Caller:
        """Who caused an event; an error that the page shows where nobody knows."""
        owner = self._handlers.authentication.owner(request.cookies)
        if owner is None or not request.session_hash:
            raise gr.Error("Load the page again: your browser is not known here any more.")
        return Caller(owner, request.session_hash)

    def shown(self, updates: Updates) -> WidgetUpdates:
        """Updates by name as updates of the widgets."""
        widgets = self._widgets
        shown: WidgetUpdates = {
            getattr(widgets, name): updates[name] for name in _AS_THEY_ARE if name in updates
        }
        if "progress" in updates:
            shown[widgets.progress] = f'<p role="status">{plain(updates["progress"])}</p>'
        if "scope" in updates:
            choices = updates["scope"]
            shown[widgets.scope] = gr.update(choices=choices, visible=bool(choices))
        if composer := _composer(updates):
            shown[widgets.composer] = gr.update(**composer)
        return shown


def _composer(updates: Updates) -> dict[str, Any]:
    """What changes at the box for questions: its words, and which of its two buttons it has."""
    changes: dict[str, Any] = {}
    if "words" in updates:
        changes["value"] = {"text": updates["words"], "files": []}
    if "busy" in updates:
        changes |= {"submit_btn": not updates["busy"], "stop_btn": updates["busy"]}
    return changes


def _field(event: gr.EventData, name: str) -> Any:
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _text(event: gr.EventData, name: str, longest: int = 300) -> str:
    value = _field(event, name)
    return value[:longest] if isinstance(value, str) else ""


def _number(event: gr.EventData) -> int:
    value = _field(event, "number")
    return value if isinstance(value, int) and 0 <= value < 100_000 else -1
