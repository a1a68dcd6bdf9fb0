"""Documents that come with a question: read once into an index of their own, kept for the next one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..control import Control
from ..errors import BadInput
from ..extensions.extras import needs
from ..retrieval.embeddings.chosen import IndexEmbedders
from ..settings import Settings

if TYPE_CHECKING:
    from ..retrieval.index import Index
    from ..retrieval.ingest.progress import IngestProgress
    from ..retrieval.ingest.reader import ScanReader

_WAIT_SECONDS = 3_600.0
"""For another process that reads the same documents."""


@dataclass(frozen=True)
class ReadDocuments:
    """What came of reading documents.

    Attributes:
        index: the folder of their index.
        failed: path and reason of each that could not be read.
    """

    index: Path
    failed: tuple[tuple[str, str], ...] = ()

    def check(self) -> None:
        """Raise `BadInput` where one could not be read."""
        for path, reason in self.failed:
            raise BadInput(path, reason)


class GivenDocuments:
    """Reads documents; safe for threads.

    Args:
        settings: say where indexes lie and what a document may measure.
        scan_reader: makes what reads scans; called when the first document is read.
        embedders: of an assistant, so that they are loaded once; what the settings name where None.
    """

    def __init__(
        self,
        settings: Settings,
        scan_reader: Callable[[], ScanReader | None],
        embedders: IndexEmbedders | None = None,
    ) -> None:
        self._settings, self._scan_reader = settings, scan_reader
        self._embedders: Mapping[str, Any] = embedders._asdict() if embedders else {}
        self._lock = threading.Lock()

    def read(
        self,
        paths: Sequence[str | Path],
        control: Control,
        on_progress: Callable[[IngestProgress], None] | None = None,
    ) -> ReadDocuments:
        """Their index, made or brought up to date; the same paths share one.

        Raises:
            BadInput: one of them is not there.
            Cancelled: the control was cancelled.
            MissingExtra: documents cannot be read here.
        """
        with needs("index"):
            from ..retrieval.index import Index

        absolute = sorted({str(Path(path).expanduser().absolute()) for path in paths})
        if missing := [path for path in absolute if not Path(path).exists()]:
            raise BadInput(missing[0], "there is no such document")
        key = sha256("\n".join(absolute).encode("utf-8", "replace")).hexdigest()[:24]
        folder = self._settings.home / "given" / key
        with (
            self._lock,
            Index.open(
                folder,
                self._settings,
                write=True,
                purpose="looktwice: documents of a question",
                wait=_WAIT_SECONDS,
                scan_reader=self._scan_reader(),
                **self._embedders,
            ) as index,
        ):
            summary = index.add(absolute, control=control, on_progress=on_progress)
        control.check()
        return ReadDocuments(folder, tuple((str(p), reason) for p, reason in summary.failed))

    def open(self, read: ReadDocuments) -> Index:
        """Their index, for the questions about them; the caller closes it."""
        from ..retrieval.index import Index

        return Index.open(read.index, self._settings, **self._embedders)
