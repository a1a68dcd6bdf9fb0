"""The page's widgets, laid out: what stands where and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from .chat import Talk
from .html.components import welcome
from .session import Tab

_HERE = Path(__file__).parent
_ENDINGS = [
    "image", ".heic", ".heif", ".avif", ".tif", ".tiff", ".pdf", ".docx", ".pptx", ".xlsx",
    ".html", ".htm", ".md", ".txt", ".csv", ".tsv",
]  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """The widgets, by what they show."""

    tab: gr.State
    log: gr.Chatbot
    composer: gr.MultimodalTextbox
    strip: gr.HTML
    head: gr.HTML
    chats: gr.HTML
    find: gr.Textbox
    new: gr.Button
    camera_button: gr.Button
    camera: gr.Image
    documents: gr.HTML
    progress: gr.HTML
    found: gr.HTML
    upload: gr.UploadButton
    search: gr.Textbox
    bridge: gr.HTML


def lay_out(talk: Talk) -> Parts:
    """Every widget, inside the `gr.Blocks` that is open."""
    with gr.Sidebar(width=290, elem_id="lt-side"):
        gr.HTML(
            '<div class="lt-brand"><b>Looktwice</b><span>answers that show where they stand'
            "</span></div>"
        )
        new = gr.Button("New chat", elem_id="lt-new", size="sm")
        find = gr.Textbox(
            placeholder="Search your chats",
            label="Search your chats",
            show_label=False,
            elem_id="lt-find",
            container=False,
        )
        chats = gr.HTML(elem_id="lt-chats")
        with gr.Accordion("Documents", open=False, elem_id="lt-documents"):
            upload = gr.UploadButton(
                "Add documents",
                file_count="multiple",
                file_types=_ENDINGS,
                size="sm",
                elem_id="lt-add",
            )
            progress = gr.HTML(elem_id="lt-progress")
            search = gr.Textbox(
                placeholder="Search the documents",
                label="Search the documents",
                show_label=False,
                elem_id="lt-search",
                container=False,
            )
            found = gr.HTML(elem_id="lt-found")
            documents = gr.HTML(elem_id="lt-docs")
        out = (
            '<form method="post" action="/logout"><button class="lt-quiet">Log out</button></form>'
        )
        gr.HTML(
            '<div class="lt-low"><button type="button" class="lt-do lt-quiet lt-dark">Light or dark'
            f"</button>{out if talk.people.closed else ''}</div>"
        )
    with gr.Row(elem_id="lt-body"):
        with gr.Column(elem_id="lt-main"):
            head = gr.HTML(elem_id="lt-top")
            log = gr.Chatbot(
                elem_id="lt-log",
                show_label=False,
                label="Conversation",
                container=False,
                buttons=[],
                layout="panel",
                height=None,
                latex_delimiters=[],
                allow_tags=False,
                placeholder=welcome(talk.examples),
                feedback_options=None,
                line_breaks=False,
            )
            strip = gr.HTML(elem_id="lt-strip")
            composer = gr.MultimodalTextbox(
                placeholder="Ask about a picture, a scan or your documents",
                label="Your question",
                show_label=False,
                file_count="multiple",
                file_types=_ENDINGS,
                autofocus=True,
                container=False,
                elem_id="lt-composer",
                max_plain_text_length=talk.limits.question_characters,
                max_lines=8,
            )
            with gr.Row(elem_id="lt-tools"):
                camera_button = gr.Button("Use the camera", size="sm", elem_id="lt-camera")
            camera = gr.Image(
                sources=["webcam"],
                type="filepath",
                format="png",
                label="Camera",
                visible=False,
                elem_id="lt-photo",
                height=320,
            )
        gr.HTML(
            '<aside class="lt-viewer" aria-label="Where it stands" hidden><button type="button" '
            'class="lt-do lt-close" aria-label="Close">&times;</button>'
            '<div class="lt-pane" aria-live="polite"></div></aside>',
            elem_id="lt-view",
        )
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    bridge = gr.HTML("", js_on_load=script, elem_id="lt-bridge", container=False)
    return Parts(
        tab=gr.State(Tab()), log=log, composer=composer, strip=strip, head=head, chats=chats,
        find=find, new=new, camera_button=camera_button, camera=camera, documents=documents,
        progress=progress, found=found, upload=upload, search=search, bridge=bridge,
    )  # fmt: skip
