"""What happens in the form for a new table: files are added, a schema is read, the reading begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ....errors import LooktwiceError, UsageError
from ....media.names import safe_name
from ..documents_panel import DocumentsPanel
from ..html.components import alert
from ..html.escaping import plain
from ..session import Caller, PageSession, Updates, error_sentence, owned
from ..uploads import NamedFile, remove_uploads
from .form import OWN_FIELDS, SourceChoices, chosen_schema
from .library import RecordLibrary, SourceFile
from .runs import ExtractionRuns

_LONGEST_SCHEMA = 200_000
_NAMED = 3
"""Fields that name a table whose schema has no title."""


class RecordHandlers:
    """Answers events of the form; each method gives what has to be shown anew.

    Args:
        choices: the documents that can be read.
        panel: takes in files.
        library: keeps what is read.
        runs: read.
    """

    def __init__(
        self,
        choices: SourceChoices,
        panel: DocumentsPanel,
        library: RecordLibrary,
        runs: ExtractionRuns,
    ) -> None:
        self.library, self.runs = library, runs
        self._choices, self._panel = choices, panel

    def offered(self, caller: Caller, session: PageSession) -> Updates:
        """The documents that can be read, the open chat's pictures among them."""
        chat = owned(caller, session).chat
        return {"sources": self._choices.offered(caller.owner, chat)}

    async def add(
        self, caller: Caller, session: PageSession, files: Sequence[Path], chosen: Collection[str]
    ) -> AsyncGenerator[Updates]:
        """Add files to the documents, and choose them."""
        named = [NamedFile(path, safe_name(path.name)) for path in files]
        said = ""
        try:
            async for words, summary in self._panel.adding(
                caller, named, partial(remove_uploads, files)
            ):
                yield {"said": _status(words)}
                if summary is not None and summary.failed:
                    said = "; ".join(f"{Path(p).name}: {why}" for p, why in summary.failed)
        except LooktwiceError as error:
            said = error_sentence(error)
        added = await asyncio.to_thread(self._choices.named, caller.owner, [f.name for f in named])
        yield {
            **self.offered(caller, session),
            **self._panel.shown(caller),
            "chosen": list(dict.fromkeys([*chosen, *added])),
            "said": alert(said) if said else "",
        }

    def read_schema(self, path: Path) -> Updates:
        """A JSON Schema from a file, into the field for it."""
        try:
            if path.stat().st_size > _LONGEST_SCHEMA:
                raise UsageError(f"{path.name}: larger than {_LONGEST_SCHEMA:,} bytes")
            words = path.read_text("utf-8-sig")
            chosen_schema(OWN_FIELDS, words)
        except (LooktwiceError, OSError, UnicodeDecodeError) as error:
            return {"said": alert(f"{safe_name(path.name)}: {error}")}
        finally:
            remove_uploads([path])
        return {"words": words, "said": ""}

    def start(
        self, caller: Caller, chosen: Collection[str], choice: str | None, words: str
    ) -> Updates:
        """Begin to read what was chosen."""
        try:
            schema = chosen_schema(choice, words)
            sources = self._choices.chosen(caller.owner, chosen)
            kept = self.library.begin(caller.owner, _title(schema, sources), schema, sources)
            try:
                self.runs.start(caller.owner, kept)
            except UsageError:
                self.library.remove(caller.owner, kept.id)
                raise
        except LooktwiceError as error:
            return {"said": alert(error_sentence(error))}
        return {"said": _opened(kept.id)}

    def open_file(self, caller: Caller, path: Path) -> Updates:
        """Keep a file of records that somebody has."""
        try:
            kept = self.library.keep(caller.owner, path, safe_name(path.name))
        except LooktwiceError as error:
            return {"said": alert(error_sentence(error))}
        finally:
            remove_uploads([path])
        return {"said": _opened(kept.id)}


def _title(schema: Mapping[str, Any], sources: Sequence[SourceFile]) -> str:
    """What a table is called at first: its fields or their schema, and of what."""
    title = str(schema.get("title") or "record").replace("_", " ")
    if title == "record":
        title = ", ".join([*schema.get("properties", {})][:_NAMED])
    return f"{title}: {sources[0].name if len(sources) == 1 else f'{len(sources)} documents'}"


def _opened(id_: str) -> str:
    """What tells scripts/records.js which table to open."""
    return f'<p class="lt-started" data-id="{plain(id_)}"></p>'


def _status(words: str) -> str:
    return f'<p class="lt-none" role="status">{plain(words)}</p>'
