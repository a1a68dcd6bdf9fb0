"""The widgets of the form for a new table, and what their events do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ..session import Caller, PageSession, Updates
from .form import OWN_FIELDS, schema_choices
from .handlers import RecordHandlers

_HEAD = (  # no h1, whose words are nobody's to translate
    '<div class="lt-head"><p class="lt-heading" role="heading" aria-level="1">'
    "Tables from documents</p></div>"
)
_LEAD = (
    '<p class="lt-lead">Read the same fields out of many documents, into a table. Every value shows '
    "where it stands; what is unsure comes first, to be confirmed or corrected.</p>"
)
_VIEW = '<div class="lt-records-view" aria-live="off"></div>'
_OWN = f"""(choice) => [
    {{__type__: "update", visible: choice === "{OWN_FIELDS}"}},
    {{__type__: "update", visible: choice === "{OWN_FIELDS}"}}
]"""

Who = Callable[[gr.Request], Caller]
Shown = Callable[[Updates], dict[Any, Any]]


@dataclass(frozen=True)
class RecordWidgets:
    """The widgets, by what they show."""

    sources: gr.Dropdown
    add: gr.UploadButton
    schema: gr.Dropdown
    words: gr.Textbox
    schema_file: gr.UploadButton
    start: gr.Button
    open: gr.UploadButton
    said: gr.HTML


def build_records(endings: list[str]) -> RecordWidgets:
    """The place for records: the form, and below it what scripts/records.js shows."""
    with gr.Column(elem_id="lt-records"):
        with gr.Column(elem_id="lt-records-form"):
            gr.HTML(_HEAD + _LEAD)
            with gr.Row(elem_id="lt-sources-row"):
                sources = gr.Dropdown(
                    [],
                    multiselect=True,
                    allow_custom_value=True,  # one that was removed meanwhile is no error
                    label="Documents to read",
                    info="All of yours, where none is chosen",
                    elem_id="lt-sources",
                )
                add = gr.UploadButton(
                    "Add files", file_count="multiple", file_types=endings, size="sm",
                    elem_id="lt-sources-add",
                )  # fmt: skip
            with gr.Row(elem_id="lt-schema-row"):
                schema = gr.Dropdown(
                    schema_choices(), value="invoice", label="What to read", elem_id="lt-schema"
                )
                schema_file = gr.UploadButton(
                    "JSON Schema file", file_types=[".json"], size="sm", visible=False,
                    elem_id="lt-schema-file",
                )  # fmt: skip
            words = gr.Textbox(
                label="Fields in words, or a JSON Schema",
                placeholder="number, date: date, total: money, lines[]: name, amount: money",
                lines=2,
                max_lines=12,
                visible=False,
                elem_id="lt-fields",
            )
            with gr.Row(elem_id="lt-start-row"):
                start = gr.Button("Read into a table", size="sm", elem_id="lt-start")
                opened = gr.UploadButton(
                    "Open a .jsonl of looktwice extract", file_types=[".jsonl"], size="sm",
                    elem_id="lt-open-file",
                )  # fmt: skip
            said = gr.HTML(elem_id="lt-records-said")
        gr.HTML(_VIEW, elem_id="lt-records-table")
    return RecordWidgets(sources, add, schema, words, schema_file, start, opened, said)


def connect_records(
    widgets: RecordWidgets,
    bridge: gr.HTML,
    session: gr.State,
    handlers: RecordHandlers,
    who: Who,
    page: tuple[Shown, list[Any]],
    how: dict[str, Any],
) -> None:
    """Connect the form.

    Args:
        bridge: brings the event that the place was opened.
        session: of the open page.
        handlers: decide what is shown.
        who: the user of a request.
        page: what else changes with the documents: how that is shown, and the widgets.
        how: events run, as keyword arguments.
    """
    w, (shown, others) = widgets, page

    def offered(session: PageSession, request: gr.Request) -> dict[Any, Any]:
        return _shown(w, handlers.offered(who(request), session))

    async def added(
        paths: list[str] | None, session: PageSession, chosen: list[str] | None, request: gr.Request
    ) -> AsyncGenerator[dict[Any, Any]]:
        given = [Path(path) for path in paths or []]
        async for updates in handlers.add(who(request), session, given, chosen or ()):
            yield {**_shown(w, updates), **shown(updates)}

    def schema_read(path: str) -> dict[Any, Any]:
        return _shown(w, handlers.read_schema(Path(path)))

    def started(
        chosen: list[str] | None, choice: str | None, words: str | None, request: gr.Request
    ) -> dict[Any, Any]:
        return _shown(w, handlers.start(who(request), chosen or (), choice, words or ""))

    def file_opened(path: str, request: gr.Request) -> dict[Any, Any]:
        return _shown(w, handlers.open_file(who(request), Path(path)))

    bridge.records(offered, session, [w.sources, w.said], **how)
    w.add.upload(added, [w.add, session, w.sources], [w.sources, w.said, *others], **how)
    w.schema.input(None, w.schema, [w.words, w.schema_file], js=_OWN)
    w.schema_file.upload(schema_read, w.schema_file, [w.words, w.said], **how)
    w.start.click(started, [w.sources, w.schema, w.words], w.said, **how)
    w.open.upload(file_opened, w.open, w.said, **how)


def _shown(w: RecordWidgets, updates: Updates) -> dict[Any, Any]:
    shown: dict[Any, Any] = {}
    if "said" in updates:
        shown[w.said] = updates["said"]
    if "words" in updates:
        shown[w.words] = updates["words"]
    if "sources" in updates:
        chosen = {"value": updates["chosen"]} if "chosen" in updates else {}
        shown[w.sources] = gr.update(choices=updates["sources"], **chosen)
    return shown
