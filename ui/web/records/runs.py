"""Extractions of the page at work: a batch each, which goes on while nobody looks, and after a restart."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from ....agent.assistant import Assistant
from ....agent.batch.local import LocalEngine
from ....agent.batch.records import RecordLinesFormat, tasks_of
from ....agent.batch.runner import Batch, BatchOptions, BatchProgress
from ....agent.batch.shared_model import usual_workers
from ....agent.batch.worker import Worker
from ....errors import LooktwiceError, UsageError
from .library import KeptExtraction

_DOCUMENT_SECONDS = 1_800.0
_LAST_SECONDS = 3.0
"""A document that is nearly done when somebody stops may end in so long."""


@dataclass(eq=False)
class RecordRun:
    """One extraction at work, or why it ended.

    Attributes:
        progress: None before its batch is open.
        forgotten: its table was removed.
        error: why it ended early; "" where it did not.
    """

    owner: str
    kept: KeptExtraction
    retry_failed: bool = False
    batch: Batch | None = None
    progress: BatchProgress | None = None
    stopping: bool = False
    forgotten: bool = False
    error: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def at_work(self) -> bool:
        """Whether it still reads."""
        return not self.done.is_set()

    def stop(self, within: float = _LAST_SECONDS) -> None:
        """Begin with no other document; what is not done in a moment is read next time."""
        self.stopping = True
        if self.batch is not None:
            self.batch.stop(within)


class ExtractionRuns:
    """Runs extractions on an assistant.

    Args:
        assistant: reads; stays its owner's to close.
        most: at work at the same time.
    """

    def __init__(self, assistant: Assistant, most: int) -> None:
        self._assistant, self._most = assistant, most
        self._runs: dict[str, RecordRun] = {}
        self._lock = threading.Lock()

    def of(self, kept: KeptExtraction) -> RecordRun | None:
        """The run of an extraction that is at work, or ended with an error."""
        return self._runs.get(kept.id)

    def start(self, owner: str, kept: KeptExtraction, *, retry_failed: bool = False) -> None:
        """Read what has not been read yet.

        Args:
            retry_failed: also read documents again that failed.

        Raises:
            UsageError: too much is at work.
        """
        if not kept.about.sources or kept.about.json_schema is None:
            raise UsageError("this file came from elsewhere; go on with it where it was made")
        with self._lock:
            at_work = [run for run in self._runs.values() if run.at_work]
            if any(run.kept.id == kept.id for run in at_work):
                return
            if any(run.owner == owner for run in at_work):
                raise UsageError("another table of yours is being read; stop it, or wait for it")
            if len(at_work) >= self._most:
                raise UsageError("others have documents read at the moment; try again in a while")
            run = self._runs[kept.id] = RecordRun(owner, kept, retry_failed)
        threading.Thread(
            target=self._work, args=(run,), name="looktwice-records", daemon=True
        ).start()

    def stop(self, kept: KeptExtraction) -> None:
        """Stop an extraction; what it has read is kept."""
        if run := self.of(kept):
            run.stop()

    def forget(self, kept: KeptExtraction) -> None:
        """Stop an extraction that is removed, and let go of it."""
        if run := self.of(kept):
            run.stop()
            with self._lock:
                run.forgotten = True
                if not run.at_work:
                    self._runs.pop(kept.id, None)

    def stop_all(self, seconds: float = 5.0) -> None:
        """The program ends."""
        runs = list(self._runs.values())
        for run in runs:
            run.stop(within=0.0)
        for run in runs:
            run.done.wait(seconds)

    def _work(self, run: RecordRun) -> None:
        try:
            self._read(run)
        except LooktwiceError as error:
            run.error = str(error)
        except Exception as error:  # of a library's or a backend's own making
            run.error = f"something broke inside: {error!r}"
        finally:
            with self._lock:
                if run.forgotten or not run.error:  # how far it came is told by its file
                    self._runs.pop(run.kept.id, None)
                run.done.set()

    def _read(self, run: RecordRun) -> None:
        about, settings = run.kept.about, self._assistant.settings
        schema = about.json_schema or {}
        tasks = tasks_of(schema, [(Path(source.path), None) for source in about.sources])
        options = BatchOptions(
            usual_workers(settings), timeout=_DOCUMENT_SECONDS, retry_failed=run.retry_failed
        )
        lines = run.kept.file.path
        with Batch(tasks, lines, settings, options, RecordLinesFormat(schema)) as batch:
            run.batch = batch
            if run.stopping:
                return

            def note(progress: BatchProgress) -> None:
                run.progress = progress

            # The engine is not closed: that would close the assistant.
            batch.run(LocalEngine(Worker(self._assistant)), note)
