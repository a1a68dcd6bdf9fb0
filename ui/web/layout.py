"""The page's widgets, laid out: what stands where and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ...retrieval.loaders.registry import formats
from ...settings import Settings
from ...weights.resolve import resolve_pack
from .chat import ChatHandlers
from .first_start import seeing_model
from .html.components import language_choice, settings_note, welcome
from .html.mathematics import KATEX_DELIMITERS
from .html.prompts import prompt_menu
from .preferences import check_names
from .records.widgets import RecordWidgets, build_records
from .session import PageSession

_HERE = Path(__file__).parent
_SCRIPTS = (
    "base", "viewer", "draft", "settings", "actions", "records", "drawing", "words", "follow",
)  # fmt: skip
"""In this order: each uses what those before it name."""
_BRAND = (
    '<div class="lt-brand"><b>Looktwice</b><span>answers that show where they stand</span></div>'
)
_LOG_OUT = '<form method="post" action="/logout"><button class="lt-quiet">Log out</button></form>'
_TO_RECORDS = '<button type="button" class="lt-do lt-to-records">Tables from documents</button>'
_ADD_FOLDER = '<button type="button" class="lt-do lt-quiet lt-folder">Add a folder</button>'
_VIEWER = (
    '<aside class="lt-viewer" aria-label="Where it stands" hidden><button type="button" '
    'class="lt-do lt-close" aria-label="Close">&times;</button>'
    '<div class="lt-judged" hidden></div>'
    '<div class="lt-pane" aria-live="polite"></div></aside>'
)


@dataclass(frozen=True)
class Widgets:
    """The widgets, by what they show."""

    session: gr.State
    log: gr.Chatbot
    composer: gr.MultimodalTextbox
    strip: gr.HTML
    head: gr.HTML
    chats: gr.HTML
    find: gr.Textbox
    new: gr.Button
    camera_button: gr.Button
    prompts: gr.HTML
    scope: gr.Dropdown
    camera: gr.Image
    documents: gr.HTML
    checks: gr.CheckboxGroup
    seconds: gr.Slider
    rounds: gr.Slider
    model: gr.Dropdown
    reset: gr.Button
    progress: gr.HTML
    found: gr.HTML
    upload: gr.UploadButton
    search: gr.Textbox
    bridge: gr.HTML
    records: RecordWidgets


def endings() -> list[str]:
    """Of files that can be added, as browsers and Gradio know them: "image", ".pdf", ..."""
    return ["image", *sorted({ending for kind in formats() for ending in kind.endings})]


def build_layout(handlers: ChatHandlers) -> Widgets:
    """Every widget, inside the `gr.Blocks` that is open."""
    with gr.Sidebar(width=290, elem_id="lt-side"):
        sidebar = _sidebar(handlers)
    with gr.Row(elem_id="lt-body"):
        with gr.Column(elem_id="lt-main"):
            conversation = _conversation(handlers)
        records = build_records(endings())
        gr.HTML(_VIEWER, elem_id="lt-view")
    bridge = gr.HTML("", js_on_load=page_script(), elem_id="lt-bridge", container=False)
    return Widgets(
        session=gr.State(PageSession()), bridge=bridge, records=records, **sidebar, **conversation
    )


def page_script() -> str:
    """The page's own behaviour, beside Gradio's, as one script that runs once."""
    parts = [(_HERE / "scripts" / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS]
    return "if (!window.lookTwice) {\n" + "\n".join(parts) + "\n}"


def _sidebar(handlers: ChatHandlers) -> dict[str, Any]:
    """Past chats, documents and settings."""
    with_login = handlers.authentication.required
    gr.HTML(_BRAND)
    widgets: dict[str, Any] = {
        "new": gr.Button("New chat", elem_id="lt-new", size="sm"),
    }
    gr.HTML(_TO_RECORDS, elem_id="lt-to-records")
    widgets |= {
        "find": _search_box("Search your chats", "lt-find"),
        "chats": gr.HTML(elem_id="lt-chats"),
    }
    with gr.Accordion("Documents", open=False, elem_id="lt-documents"):
        widgets |= {
            "upload": gr.UploadButton(
                "Add documents",
                file_count="multiple",
                file_types=endings(),
                size="sm",
                elem_id="lt-add",
            ),
        }
        gr.HTML(_ADD_FOLDER, elem_id="lt-add-folder")
        widgets |= {
            "progress": gr.HTML(elem_id="lt-progress"),
            "search": _search_box("Search the documents", "lt-search"),
            "found": gr.HTML(elem_id="lt-found"),
            "documents": gr.HTML(elem_id="lt-docs"),
        }
    with gr.Accordion("Settings", open=False, elem_id="lt-settings"):
        widgets |= _settings(handlers.assistant.settings, own=not with_login)
    gr.HTML(
        f'<div class="lt-low">{language_choice()}<button type="button" class="lt-do lt-quiet '
        f'lt-dark">Light or dark</button>{_LOG_OUT if with_login else ""}</div>'
    )
    return widgets


def _settings(settings: Settings, *, own: bool) -> dict[str, Any]:
    """What users set for their own questions; `own` as in `settings_note`."""
    limits, names = settings.limits, check_names(settings)
    gr.HTML(settings_note(resolve_pack(settings), own=own))
    return {
        "model": gr.Dropdown(
            [("The program's own", "")],
            value="",
            allow_custom_value=True,  # an address, or one that is gone meanwhile
            label="Model",
            info="One of the list, or type the address of a server on this machine: "
            "http://127.0.0.1:8099/v1",
            elem_id="lt-model",
        ),
        "seconds": gr.Slider(
            min(10, limits.seconds),
            limits.seconds,
            value=limits.seconds,
            step=5,
            label="Seconds a question may take",
        ),
        "rounds": gr.Slider(
            0, max(1, limits.rounds), value=limits.rounds, step=1, label="Times it may look again"
        ),
        "checks": gr.CheckboxGroup(
            [(name.replace("_", " "), name) for name in names],
            value=names,
            label="Checks of a draft",
            info="What an answer is held against before you see it; looktwice checks explains each.",
        ),
        "reset": gr.Button("As the program has them", size="sm", elem_id="lt-reset"),
    }


def _search_box(label: str, elem_id: str) -> gr.Textbox:
    return gr.Textbox(
        placeholder=label, label=label, show_label=False, elem_id=elem_id, container=False
    )


def _conversation(handlers: ChatHandlers) -> dict[str, Any]:
    """The messages, and what the next question is made with."""
    widgets: dict[str, Any] = {
        "head": gr.HTML(elem_id="lt-top"),
        "log": gr.Chatbot(
            elem_id="lt-log",
            show_label=False,
            label="Conversation",
            container=False,
            buttons=[],
            layout="panel",
            height=None,
            autoscroll=False,  # scripts/follow.js keeps the question in view, not the end
            latex_delimiters=KATEX_DELIMITERS,
            allow_tags=False,
            placeholder=welcome(handlers.examples, seeing_model(handlers.assistant)),
            feedback_options=None,
            line_breaks=False,
        ),
        "strip": gr.HTML(elem_id="lt-strip"),
        "composer": gr.MultimodalTextbox(
            placeholder="Ask about a picture, a scan or your documents",
            label="Your question",
            show_label=False,
            file_count="multiple",
            file_types=endings(),
            autofocus=True,
            container=False,
            elem_id="lt-composer",
            max_plain_text_length=handlers.limits.question_characters,
            max_lines=8,
        ),
    }
    with gr.Row(elem_id="lt-tools"):
        widgets["camera_button"] = gr.Button("Use the camera", size="sm", elem_id="lt-camera")
        widgets["prompts"] = gr.HTML(prompt_menu(()), elem_id="lt-prompts", container=False)
        widgets["scope"] = gr.Dropdown(
            [],
            multiselect=True,
            allow_custom_value=True,  # one that was removed meanwhile is no error
            label="Documents to ask",
            show_label=False,
            container=False,
            visible=False,
            elem_id="lt-scope",
        )
    widgets["camera"] = gr.Image(
        sources=["webcam"],
        type="filepath",
        format="png",
        label="Camera",
        visible=False,
        elem_id="lt-photo",
        height=320,
    )
    return widgets
