"""`looktwice ui`: the chat page, made of Gradio's parts, and how it is put on a server.

Imported only where the page is wanted: it imports Gradio. `Talk` decides what is shown; here it is told
which widget that is.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from ...agent.assistant import Assistant
from ...errors import BadInput, UsageError
from ...media.store import Store
from ...samples import questions
from ...schema import Picture
from .auth import Passwords, People
from .chat import Talk
from .documents import Documents, OpenIndex
from .events import wire
from .history import History
from .layout import lay_out
from .middleware import Door
from .routes import make_router
from .theme import make_theme
from .viewer import Viewer

if TYPE_CHECKING:
    from fastapi import FastAPI

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ELSEWHERE = ("/v1/", "/health", "/metrics", "/mcp")
"""Paths of the servers that may stand on the same app; they have guards of their own."""
_HERE = Path(__file__).parent
_QUEUE_LOOK = 0.03
"""Seconds between two looks of Gradio at its queue; its own thousand a second keep a core awake."""


def mount(
    app: FastAPI,
    assistant: Assistant,
    *,
    auth: Path | None = None,
    shared: Path | None = None,
    open_index: OpenIndex | None = None,
    hosts: Sequence[str] = LOOPBACK,
) -> Talk:
    """Put the chat page on an app, at "/"; routes of the app itself go before it.

    Args:
        app: where to.
        assistant: who answers; stays the caller's to close.
        auth: a password file; without one everybody is let in, each with chats of their own.
        shared: the folder of an index that all users have together; by default each has their own.
        open_index: how indexes are opened.
        hosts: names the server may be called by; empty for any.

    Raises:
        UsageError: the password file cannot be used.
    """
    settings = assistant.settings
    people = People(Passwords(auth) if auth is not None else None)
    history = History(settings.home / "chats.db")
    documents = Documents(settings, shared, open_index)
    talk = Talk(assistant, people, history, documents, examples(assistant.store))
    clean(settings.uploads_dir, settings.page.upload_seconds)
    viewer = Viewer(assistant.store, history, documents)
    shown = [picture for _, picture in talk.examples]
    app.include_router(make_router(people, history, assistant.store, viewer, shown))
    app.add_middleware(
        Door, people=people, limits=settings.page, hosts=tuple(hosts), elsewhere=ELSEWHERE
    )
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        async with before(app) as state:
            yield state
        talk.runs.stop_all()
        documents.close()
        history.close()

    app.router.lifespan_context = lifespan
    gr.mount_gradio_app(
        app,
        build_page(talk),
        path="/",
        theme=make_theme(),
        css_paths=_HERE / "style.css",
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size=settings.page.upload_bytes,
    )
    return talk


def build_page(talk: Talk) -> gr.Blocks:
    """The page, wired to what happens on it."""
    seconds = talk.limits.upload_seconds
    with gr.Blocks(
        title="Looktwice",
        analytics_enabled=False,
        fill_height=True,
        delete_cache=(max(60, seconds // 4), seconds),
    ) as page:
        wire(page, lay_out(talk), talk)
    page.queue(default_concurrency_limit=None)
    page._queue.sleep_when_free = _QUEUE_LOOK
    page._queue.progress_update_sleep_when_free = 1.0  # of gr.Progress, which is not used here
    return page


def examples(store: Store) -> list[tuple[str, Picture]]:
    """The demo's questions, which the starter pack can answer."""
    found = []
    with (
        as_file(files(__package__.split(".")[0]) / "samples") as samples,
        contextlib.suppress(UsageError, BadInput),
    ):
        for question in questions(samples):
            found.append((question.words, store.add(question.picture)))
    return found


def clean(folder: Path, seconds: float) -> None:
    """Remove uploads that nobody came back for, as after a power cut."""
    old = time.time() - seconds
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if path.is_dir() and path.stat().st_mtime < old:
                shutil.rmtree(path)
