"""Which event of which widget calls which handler, and what it may change."""

from __future__ import annotations

from typing import Any

import gradio as gr

from .event_handlers import EventHandlers
from .layout import Widgets
from .records.widgets import connect_records

# What is typed goes and the buttons change in the browser: a widget whose properties the server changes
# is made anew there, which costs more than all else that a question shows.
_BEGIN = "(...given) => { window.lookTwice?.begin(given[0]?.text); return given; }"
_BUSY = """() => [
    {__type__: "update", value: {text: "", files: []}, submit_btn: false, stop_btn: true}, ""
]"""
_END = """(log) => {
    const back = window.lookTwice?.refused(log);
    const value = back ? {value: {text: back, files: []}} : {};
    return {__type__: "update", submit_btn: true, stop_btn: false, ...value};
}"""
_FAILED = """(log) => {
    window.lookTwice?.lost();
    return {__type__: "update", submit_btn: true, stop_btn: false};
}"""
_CAMERA = """() => ({
    __type__: "update", value: null, visible: !document.querySelector("#lt-photo")
})"""

_KEEP = "(value) => {{ window.lookTwice?.keep('{name}', value); }}"
_KEPT = "(...program) => window.lookTwice.kept(...program)"
_RESET = "() => window.lookTwice.reset()"


def connect_events(page: gr.Blocks, widgets: Widgets, handlers: EventHandlers) -> None:
    """Connect the widgets to what their events do."""
    asking = _connect_asking(widgets, handlers)
    _connect_chats(page, widgets, handlers, asking)
    _connect_attachments(widgets, handlers)
    _connect_documents(widgets, handlers)
    _connect_settings(widgets)
    connect_records(
        widgets.records,
        widgets.bridge,
        widgets.session,
        handlers.records,
        handlers.caller,
        (handlers.shown, [widgets.documents, widgets.scope]),
        {name: value for name, value in _changing().items() if name != "outputs"},
    )


def _changing(*outputs: Any) -> dict[str, Any]:
    """How an event runs, and the widgets it may change: one that is skipped is made anew."""
    return {
        "outputs": list(outputs), "show_progress": "hidden", "queue": True,
        "api_visibility": "private", "concurrency_limit": None,
    }  # fmt: skip


def _connect_asking(w: Widgets, handlers: EventHandlers) -> list[Any]:
    """Asking in its three ways; returns the events, for others to end them."""
    asking = []
    preferences = [w.checks, w.seconds, w.rounds, w.model]
    for asked, function, inputs in (
        (w.composer.submit, handlers.ask, [w.composer, w.session, w.scope, *preferences]),
        (w.bridge.retry, handlers.retry, [w.session, w.scope, *preferences]),
        (w.bridge.example, handlers.ask_example, [w.session]),
    ):
        running = asked(function, inputs, js=_BEGIN, **_changing(w.session, w.log))
        asking.append(running)
        running.failure(None, w.log, w.composer, js=_FAILED)
        ended = running.then(None, w.log, w.composer, js=_END)
        ended.then(
            handlers.refresh, w.session, **_changing(w.strip, w.head, w.chats, w.documents, w.scope)
        )
    w.bridge.feedback(handlers.feedback, w.session, **{**_changing(), "outputs": None})
    w.bridge.begin(None, None, [w.composer, w.strip], js=_BUSY)
    w.composer.stop(handlers.stop, **{**_changing(), "outputs": None})
    return asking


def _connect_chats(page: gr.Blocks, w: Widgets, handlers: EventHandlers, asking: list[Any]) -> None:
    everything = _changing(w.session, w.strip, w.head, w.chats, w.log, w.composer)
    opening = w.bridge.open_chat(handlers.open_chat, None, **everything, trigger_mode="multiple")
    opening.then(
        handlers.refresh, w.session, **_changing(w.strip, w.head, w.chats, w.documents, w.scope)
    )
    # Who goes elsewhere is shown nothing more of what they left; it goes on all the same.
    w.bridge.leave(None, None, None, cancels=[*asking, opening])
    w.new.click(handlers.new_chat, None, **everything, cancels=[*asking, opening])
    w.bridge.delete_chat(handlers.delete_chat, w.session, **everything)
    w.bridge.restore_chat(handlers.restore_chat, w.session, **_changing(w.chats))
    w.bridge.rename_chat(handlers.rename_chat, w.session, **_changing(w.head, w.chats))
    searching = _changing(w.chats)
    for changed in (w.find.change, w.bridge.begun):
        changed(handlers.search_chats, [w.find, w.session], **searching, trigger_mode="always_last")
    shown = (w.session, w.strip, w.head, w.chats, w.documents, w.scope, w.prompts, w.model)
    loaded = page.load(handlers.load, None, **_changing(*shown))
    loaded.then(handlers.watch_documents, None, **_changing(w.progress, w.documents, w.scope))


def _connect_attachments(w: Widgets, handlers: EventHandlers) -> None:
    attached = (w.session, w.strip)
    w.bridge.edit(handlers.edit, w.session, **_changing(*attached, w.composer))
    w.bridge.select_region(handlers.select_region, w.session, **_changing(*attached))
    w.bridge.detach(handlers.detach, w.session, **_changing(*attached, w.composer))
    w.bridge.keep_prompt(handlers.keep_prompt, None, **_changing(w.prompts))
    w.bridge.remove_prompt(handlers.remove_prompt, None, **_changing(w.prompts))
    w.camera_button.click(None, None, w.camera, js=_CAMERA)
    w.camera.input(handlers.attach_photo, [w.camera, w.session], **_changing(*attached, w.camera))


def _connect_documents(w: Widgets, handlers: EventHandlers) -> None:
    w.upload.upload(handlers.add_documents, w.upload, **_changing(w.progress, w.documents, w.scope))
    w.search.submit(handlers.search_documents, w.search, **_changing(w.progress, w.found))
    w.bridge.dismiss(handlers.dismiss, None, **_changing(w.progress, w.documents, w.scope))
    w.bridge.remove_document(
        handlers.remove_document, None, **_changing(w.progress, w.documents, w.scope)
    )


def _connect_settings(w: Widgets) -> None:
    """What was set stays in the browser, and comes back with the page."""
    named = {"checks": w.checks, "seconds": w.seconds, "rounds": w.rounds, "model": w.model}
    settings: list[Any] = list(named.values())
    w.bridge.settings(None, settings, settings, js=_KEPT)
    w.reset.click(None, None, settings, js=_RESET)
    for name, widget in named.items():
        widget.input(None, [widget], None, js=_KEEP.format(name=name))
