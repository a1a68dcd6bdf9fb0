"""`looktwice ui`: the chat page, made of Gradio's parts, and how it is put on a server.

Imported only where the page is wanted: it imports Gradio. `ChatHandlers` decides what is shown,
`EventHandlers` knows which widget shows it.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import APIRouter, FastAPI

from ...agent.assistant import Assistant
from ...agent.batch.record_file import RecordFile
from ...errors import BadInput, UsageError
from ...media.private import make_private
from ...media.store import Store
from ...samples import questions
from ...schema import Picture
from ..http.hosts import LOOPBACK
from .auth import Authentication
from .chat import ChatHandlers
from .documents import OpenIndex, UserDocuments
from .event_handlers import EventHandlers
from .events import connect_events
from .history import ChatHistory
from .layout import build_layout
from .login import add_login_routes
from .middleware import PageMiddleware
from .passwords import PasswordFile
from .records.places import RecordPlaces
from .records.routes import add_record_routes
from .routes import add_page_routes
from .theme import make_theme
from .uploads import remove_old_uploads
from .viewer import Viewer

UNGUARDED = ("/v1/", "/health", "/metrics", "/mcp")
"""Paths of the servers that may stand on the same app; they have guards of their own."""
_HERE = Path(__file__).parent
_QUEUE_POLL_SECONDS = 0.03
"""How often Gradio looks at its queue; its own thousand a second keep a core awake."""


def mount(
    app: FastAPI,
    assistant: Assistant,
    *,
    auth: Path | None = None,
    shared: Path | None = None,
    open_index: OpenIndex | None = None,
    hosts: Collection[str] = LOOPBACK,
    records: Sequence[RecordFile] = (),
) -> ChatHandlers:
    """Put the chat page on an app, at "/"; routes of the app itself go before it.

    Args:
        app: where to.
        assistant: who answers; stays the caller's to close.
        auth: a password file; without one everybody is let in, each with chats of their own.
        shared: the folder of an index that all users have together; by default each has their own.
        open_index: how indexes are opened.
        hosts: names the server may be called by; empty for any.
        records: files of records that everybody on the page reviews; their documents are shown.

    Raises:
        UsageError: the password file cannot be used.
    """
    settings = assistant.settings
    authentication = Authentication(PasswordFile(auth) if auth is not None else None)
    history = ChatHistory(settings.home / "chats.db")
    documents = UserDocuments(settings, shared, open_index)
    examples = load_examples(assistant.store)
    handlers = ChatHandlers(assistant, authentication, history, documents, examples, records)
    make_private(settings.uploads_dir)
    remove_old_uploads(settings.uploads_dir, settings.page.upload_seconds)
    places = add_routes(app, handlers)
    app.add_middleware(
        PageMiddleware,
        authentication=authentication,
        limits=settings.page,
        hosts=tuple(hosts),
        unguarded=UNGUARDED,
    )
    _close_with(app, handlers, places)
    gr.mount_gradio_app(
        app,
        build_page(handlers),
        path="/",
        theme=make_theme(),
        css_paths=[_HERE / "style.css", _HERE / "records.css"],
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size=settings.page.upload_bytes,
    )
    return handlers


def add_routes(app: FastAPI, handlers: ChatHandlers) -> RecordPlaces:
    """The page's own addresses, beside Gradio's.

    Returns:
        What draws pages for them; to be closed with the app.
    """
    router = APIRouter(include_in_schema=False)
    store, history = handlers.assistant.store, handlers.history
    viewer = Viewer(store, history, handlers.documents)
    examples = [picture for _, picture in handlers.examples]
    add_page_routes(router, handlers.authentication, history, store, viewer, examples)
    add_login_routes(router, handlers.authentication)
    places = RecordPlaces(viewer, handlers.assistant.settings.documents)
    records = handlers.records
    add_record_routes(router, handlers.authentication, records.library, records.runs, places)
    app.include_router(router)
    return places


def _close_with(app: FastAPI, handlers: ChatHandlers, places: RecordPlaces) -> None:
    """Stop and close everything of the page when the app ends."""
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        async with before(app) as state:
            yield state
        handlers.live_answers.stop_all()
        handlers.documents_panel.close()
        handlers.records.runs.stop_all()
        places.close()
        handlers.models.close()
        handlers.documents.close()
        handlers.history.close()

    app.router.lifespan_context = lifespan


def build_page(handlers: ChatHandlers) -> gr.Blocks:
    """The page, wired to what happens on it."""
    seconds = handlers.limits.upload_seconds
    with gr.Blocks(
        title="Looktwice",
        analytics_enabled=False,
        fill_height=True,
        delete_cache=(max(60, seconds // 4), seconds),
    ) as page:
        widgets = build_layout(handlers)
        connect_events(page, widgets, EventHandlers(handlers, widgets))
    page.queue(default_concurrency_limit=None)
    page._queue.sleep_when_free = _QUEUE_POLL_SECONDS
    page._queue.progress_update_sleep_when_free = 1.0  # of gr.Progress, which is not used here
    return page


def load_examples(store: Store) -> list[tuple[str, Picture]]:
    """The demo's questions, which the starter pack can answer."""
    found = []
    with (
        as_file(files(__package__.split(".")[0]) / "samples") as samples,
        contextlib.suppress(UsageError, BadInput),
    ):
        for question in questions(samples):
            found.append((question.words, store.add(question.picture)))
    return found
