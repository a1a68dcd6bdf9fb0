"""Files that come with a question: pictures go to the store, all others to the documents."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from ...errors import BadInput
from ...media.store import Store
from ...schema import Picture
from ...settings import PageLimits
from .documents_panel import DocumentsPanel
from .history import ChatHistory
from .session import Caller
from .uploads import NamedFile, gone, split_uploads


class Intake:
    """Takes in what users send.

    Args:
        store: for pictures.
        history: knows whose pictures are whose.
        panel: for documents.
        limits: how large a file may be.
    """

    def __init__(
        self, store: Store, history: ChatHistory, panel: DocumentsPanel, limits: PageLimits
    ) -> None:
        self._store, self._history, self._panel, self._limits = store, history, panel, limits

    def pictures(
        self, caller: Caller, paths: Sequence[Path]
    ) -> tuple[list[Picture], list[NamedFile]]:
        """Keep the pictures; gives them, and all other files.

        Raises:
            BadInput: a file is too large, gone, or a picture that cannot be read.
        """
        found, others = split_uploads(paths, self._limits.upload_bytes)
        pictures = []
        for file in found:
            try:
                data = file.path.read_bytes()
            except OSError:
                raise gone(file) from None
            pictures.append(self._store.add(data, file.name))
        if pictures:
            self._history.add_pictures(caller.owner, pictures)
        return pictures, others

    async def documents(self, caller: Caller, files: list[NamedFile]) -> AsyncGenerator[str]:
        """Add documents; how far it is, in words.

        Raises:
            BadInput: one could not be read.
        """
        async for words, summary in self._panel.adding(caller, files):
            if summary is None:
                yield words
            elif summary.failed:
                reasons = "; ".join(f"{Path(p).name}: {why}" for p, why in summary.failed)
                raise BadInput("documents", reasons)
            elif summary.skipped:
                raise BadInput(files[0].name, "is no kind of picture or document that can be read")
