"""Files that are added on the page while somebody looks, and when nobody does any more."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from looktwice.ui.web.documents_panel import DocumentsPanel
from looktwice.ui.web.session import Caller


class SlowDocuments:
    """Takes files in when it is let."""

    def __init__(self) -> None:
        self.may, self.done = threading.Event(), threading.Event()
        self.stopped = False

    def add(self, owner: str, files: Any, on_progress: Any, control: Any) -> None:
        self.may.wait(30)
        self.stopped = control.cancelled
        self.done.set()


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
