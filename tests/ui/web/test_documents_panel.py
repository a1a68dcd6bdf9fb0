"""Files that are added on the page while somebody looks, and when nobody does any more."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from looktwice.ui.web.documents_panel import DocumentsPanel
from looktwice.ui.web.session import Caller


class SlowDocuments:
    """Takes files in when it is let."""

    def __init__(self) -> None:
        self.may, self.done = threading.Event(), threading.Event()
        self.stopped = False

    shared = None

    def add(self, owner: str, files: Any, on_progress: Any, control: Any) -> Any:
        on_progress(SimpleNamespace(files_done=0, files=1, pages=3))
        self.may.wait(30)
        self.stopped = control.cancelled
        self.done.set()
        return SimpleNamespace(
            added=["a"], changed=[], pages=4, unchanged=0, skipped=0, failed=[("b.pdf", "empty")]
        )

    def list_documents(self, owner: str) -> list[Any]:
        return []

    def failures(self, owner: str) -> list[Any]:
        return []


def left_while_adding(documents: SlowDocuments, path: Path, *, closed: bool) -> None:
    """A visitor adds a file and closes the page; the program may end then."""
    panel = DocumentsPanel(documents, 10)  # type: ignore[arg-type]

    async def visit() -> None:
        adding = panel.add(Caller("ann", "1"), [path])
        assert "Adding lease.txt" in (await anext(adding))["progress"]
        await adding.aclose()
        assert path.exists()
        if closed:
            panel.close()
        documents.may.set()

    asyncio.run(visit())  # waits for its threads
    assert documents.done.is_set()
    assert not path.exists()


def test_files_are_taken_in_though_the_page_is_left(tmp_path: Path) -> None:
    for number, closed in enumerate((False, True)):
        upload = tmp_path / str(number) / "lease.txt"
        upload.parent.mkdir()
        upload.write_text("The lease ends in May.")
        documents = SlowDocuments()
        left_while_adding(documents, upload, closed=closed)
        assert documents.stopped is closed


def test_a_page_that_is_loaded_again_shows_how_far_it_is_and_what_became_of_it(
    tmp_path: Path,
) -> None:
    documents = SlowDocuments()
    panel = DocumentsPanel(documents, 10)  # type: ignore[arg-type]
    upload = tmp_path / "lease.txt"
    upload.write_text("The lease ends in May.")

    async def told(owner: str) -> list[str]:
        said = []
        async for updates in panel.watch(Caller(owner, "2")):
            said.append(updates["progress"])
            documents.may.set()
        return said

    async def visit() -> None:
        adding = panel.add(Caller("ann", "1"), [upload])
        await anext(adding)
        await adding.aclose()
        assert await told("bob") == []
        said = await told("ann")
        assert said[0].startswith("Adding lease.txt")
        assert said[-1] == "1 added, 4 pages; b.pdf: empty."
        assert await told("ann") == []

    asyncio.run(visit())
