"""What happens on the page reaches `Talk`, and what `Talk` wants shown reaches the widgets."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr

from .chat import Talk
from .html.escaping import plain
from .layout import Parts
from .session import Show, Tab, Visitor

Shown = dict[Any, Any]

# What is typed goes and the buttons change in the browser: a widget whose properties the server changes
# is made anew there, which costs more than all else that a question shows.
_BEGIN = "(...given) => { window.lookTwice?.begin(); return given; }"
_BUSY = """() => [
    {__type__: "update", value: {text: "", files: []}, submit_btn: false, stop_btn: true}, ""
]"""
_END = """(log) => {
    const back = window.lookTwice?.refused(log);
    const value = back ? {value: {text: back, files: []}} : {};
    return {__type__: "update", submit_btn: true, stop_btn: false, ...value};
}"""
_IDLE = """() => ({__type__: "update", submit_btn: true, stop_btn: false})"""
_CAMERA = """() => ({
    __type__: "update", value: null, visible: !document.querySelector("#lt-photo")
})"""


def wire(page: gr.Blocks, parts: Parts, talk: Talk) -> None:
    """Connect the widgets; every handler names its visitor first."""
    show = _Painter(parts)

    def on(*outputs: Any) -> dict[str, Any]:
        """How an event runs, and the widgets it may change: one that is skipped is made anew."""
        return {
            "outputs": list(outputs), "show_progress": "hidden", "queue": True,
            "api_visibility": "private", "concurrency_limit": None,
        }  # fmt: skip

    around = on(parts.head, parts.chats, parts.documents)
    attached = (parts.tab, parts.strip)
    everywhere = on(*attached, parts.head, parts.chats, parts.log, parts.composer)

    def who(request: gr.Request) -> Visitor:
        owner = talk.people.owner(request.cookies)
        if owner is None or not request.session_hash:
            raise gr.Error("Load the page again: your browser is not known here any more.")
        return Visitor(owner, request.session_hash)

    async def ask(value: dict[str, Any], tab: Tab, request: gr.Request) -> AsyncIterator[Shown]:
        paths = [Path(p) for p in value.get("files") or []]
        async with contextlib.aclosing(
            talk.ask(who(request), tab, value.get("text") or "", paths)
        ) as shows:
            async for shown in shows:
                yield show(shown)

    async def again(tab: Tab, request: gr.Request, event: gr.EventData) -> AsyncIterator[Shown]:
        async for shown in talk.again(who(request), tab, _number(event)):
            yield show(shown)

    async def example(tab: Tab, request: gr.Request, event: gr.EventData) -> AsyncIterator[Shown]:
        async for shown in talk.example(who(request), tab, _number(event)):
            yield show(shown)

    async def take_in(paths: list[str] | None, request: gr.Request) -> AsyncIterator[Shown]:
        given = [Path(p) for p in paths or []]
        async for shown in talk.panel.add(who(request), given):
            yield show(shown)

    def settle(tab: Tab, request: gr.Request) -> Shown:
        return show(talk.desk.settle(who(request), tab))

    def stop(request: gr.Request) -> None:
        talk.stop(who(request))

    def leave(request: gr.Request) -> None:
        owner = talk.people.owner(request.cookies)
        if owner is not None and request.session_hash:
            talk.stop(Visitor(owner, request.session_hash))

    def arrive(request: gr.Request) -> Shown:
        return show(talk.desk.arrive(who(request)))

    def fresh(request: gr.Request) -> Shown:
        return show(talk.desk.fresh(who(request)))

    def open_chat(request: gr.Request, event: gr.EventData) -> Shown:
        return show(talk.desk.open(who(request), _text(event, "chat")))

    def forget(tab: Tab, request: gr.Request, event: gr.EventData) -> Shown:
        return show(talk.desk.forget(who(request), tab, _text(event, "chat")))

    def find(words: str, tab: Tab, request: gr.Request) -> Shown:
        return show(talk.desk.find_chats(who(request), tab, words))

    def edit(tab: Tab, request: gr.Request, event: gr.EventData) -> Shown:
        return show(talk.desk.edit(who(request), tab, _number(event)))

    def region(tab: Tab, request: gr.Request, event: gr.EventData) -> Shown:
        box = _field(event, "box")
        given = box if isinstance(box, list) else []
        return show(talk.desk.region(who(request), tab, _text(event, "sha"), given))

    def drop(tab: Tab, request: gr.Request, event: gr.EventData) -> Shown:
        return show(talk.desk.drop(who(request), tab, _text(event, "what")))

    def remove(request: gr.Request, event: gr.EventData) -> Shown:
        return show(talk.panel.remove(who(request), _text(event, "name")))

    def search(words: str, request: gr.Request) -> Shown:
        return show(talk.panel.search(who(request), words))

    def photo(path: str | None, tab: Tab, request: gr.Request) -> Shown:
        shown = show(talk.desk.attach(who(request), tab, Path(path))) if path else {}
        return {**shown, parts.camera: gr.Image(value=None, visible=False)}

    tab, bridge = parts.tab, parts.bridge
    asking = []
    for asked, function, given in (
        (parts.composer.submit, ask, [parts.composer, tab]),
        (bridge.again, again, [tab]),
        (bridge.example, example, [tab]),
    ):
        running = asked(function, given, js=_BEGIN, **on(tab, parts.log))
        asking.append(running)
        running.failure(None, parts.log, parts.composer, js=_END)
        running.then(None, parts.log, parts.composer, js=_END).then(settle, tab, **around)
    bridge.begin(None, None, [parts.composer, parts.strip], js=_BUSY)
    parts.composer.stop(stop, **{**on(), "outputs": None})
    # Going to another chat ends the question before, so that its end does not lead back.
    for leaving, opened in ((bridge.open, open_chat), (parts.new.click, fresh)):
        gone = leaving(opened, None, **everywhere, cancels=asking)
        gone.then(None, None, parts.composer, js=_IDLE)
    bridge.forget(forget, tab, **everywhere)
    bridge.edit(edit, tab, **on(*attached, parts.composer))
    bridge.region(region, tab, **on(*attached))
    bridge.drop(drop, tab, **on(*attached, parts.composer))
    bridge.remove(remove, None, **on(parts.progress, parts.documents))
    parts.find.change(find, [parts.find, tab], **on(parts.chats), trigger_mode="always_last")
    parts.upload.upload(take_in, parts.upload, **on(parts.progress, parts.documents))
    parts.search.submit(search, parts.search, **on(parts.progress, parts.found))
    parts.camera_button.click(None, None, parts.camera, js=_CAMERA)
    parts.camera.input(photo, [parts.camera, tab], **on(*attached, parts.camera))
    page.load(arrive, None, **on(*attached, parts.head, parts.chats, parts.documents))
    page.unload(leave)


class _Painter:
    """Turns what `Talk` wants shown into updates of the widgets."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def __call__(self, show: Show) -> Shown:
        parts = self._parts
        plainly = {
            name: getattr(parts, name)
            for name in ("tab", "log", "strip", "head", "chats", "documents", "found")
        }
        shown: Shown = {plainly[name]: show[name] for name in plainly if name in show}
        if "progress" in show:
            shown[parts.progress] = f'<p role="status">{plain(show["progress"])}</p>'
        if "words" in show:
            shown[parts.composer] = {"text": show["words"], "files": []}
        return shown


def _field(event: gr.EventData, name: str) -> Any:
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _text(event: gr.EventData, name: str) -> str:
    value = _field(event, name)
    return value[:300] if isinstance(value, str) else ""


def _number(event: gr.EventData) -> int:
    value = _field(event, "number")
    return value if isinstance(value, int) and 0 <= value < 100_000 else -1
