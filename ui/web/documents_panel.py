"""The documents' panel: what it does with files, names and words."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from ...control import Control
from ...errors import LooktwiceError
from .documents import Documents, safe_name
from .html.components import document_list, found_list
from .session import Show, Visitor, sentence

_LOOK_SECONDS = 0.3
_LONGEST_SEARCH = 500


class Panel:
    """Everybody's documents, as the page shows them.

    Args:
        documents: where they are.
        most: files at once.
    """

    def __init__(self, documents: Documents, most: int) -> None:
        self._documents, self._most = documents, most

    def listed(self, who: Visitor) -> str:
        """The list of this visitor's documents."""
        return document_list(self._documents.listed(who.owner), self._documents.shared is not None)

    async def add(self, who: Visitor, files: Sequence[Path]) -> AsyncGenerator[Show]:
        """Add files of the panel, telling how far it is."""
        named = [(path, safe_name(path.name)) for path in files[: self._most]]
        try:
            async for words, summary in self.adding(who, named):
                yield {"progress": words if summary is None else _summed_up(summary)}
        except LooktwiceError as error:
            yield {"progress": sentence(error)}
        finally:
            await asyncio.to_thread(forget_files, files)
        yield {"documents": await asyncio.to_thread(self.listed, who)}

    def remove(self, who: Visitor, name: str) -> Show:
        """Forget a document."""
        said = f"{name} is removed."
        try:
            self._documents.remove(who.owner, name)
        except LooktwiceError as error:
            said = sentence(error)
        return {"progress": said, "documents": self.listed(who)}

    def search(self, who: Visitor, words: str) -> Show:
        """Pages in which it stands."""
        try:
            return {
                "found": found_list(
                    self._documents.search(who.owner, words[:_LONGEST_SEARCH]),
                    words[:_LONGEST_SEARCH],
                )
            }
        except LooktwiceError as error:
            return {"progress": sentence(error)}

    async def adding(
        self, who: Visitor, files: list[tuple[Path, str]]
    ) -> AsyncGenerator[tuple[str, Any]]:
        """Add files; words while it goes on, at the end the summary with them."""
        names = ", ".join(name for _, name in files)
        state = {"words": f"Adding {names}"}

        def tell(progress: Any) -> None:
            state["words"] = (
                f"Adding {names}: {progress.files_done} of {progress.files} files, "
                f"{progress.pages} pages"
            )

        control = Control()
        work = asyncio.ensure_future(
            asyncio.to_thread(self._documents.add, who.owner, files, tell, control)
        )
        try:
            while not work.done():
                yield state["words"], None
                await asyncio.wait([work], timeout=_LOOK_SECONDS)
            yield state["words"], work.result()
        finally:
            control.cancel()


def _summed_up(summary: Any) -> str:
    parts = []
    done = len(summary.added) + len(summary.changed)
    if done:
        parts.append(f"{done} added, {summary.pages} page{'' if summary.pages == 1 else 's'}")
    if summary.unchanged:
        parts.append(f"{summary.unchanged} known already")
    if summary.skipped:
        parts.append(f"{summary.skipped} of a kind that cannot be read")
    parts += [f"{Path(path).name}: {why}" for path, why in summary.failed]
    return "; ".join(parts) + "." if parts else "Nothing was added."


def forget_files(files: Sequence[Path]) -> None:
    """Uploads are in the store or the documents by now."""
    for path in files:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()
