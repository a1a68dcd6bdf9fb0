"""Many tasks: read from a file, asked side by side, their results appended as they come.

What was done is known from the results' file alone, so a run that was stopped or killed goes on when
the same command is given again.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ...control import Control
from ...errors import UsageError
from ...schema import Answer
from ...settings import Settings
from ...weights.resolve import resolve_pack
from .engine import Engine, TaskAbandoned, TaskRequest, failure_in
from .formats import ResultFormat
from .results import Result, ResultsFile, TaskFailure
from .scheduling import TaskQueue
from .tasks import BatchJob, MalformedLine, Shard, TaskList

_ASKED_WITH = {
    "model",
    "model_name",
    "mmproj",
    "detector",
    "limits",
    "media",
    "documents",
    "thresholds",
}
"""Settings that change what is answered, beside the pack."""
_WAIT = 0.2


@dataclass(frozen=True)
class BatchOptions:
    """How a batch is run.

    Attributes:
        workers: tasks asked at once.
        limit: tasks asked at most, this time.
        shard: only a part of the tasks.
        timeout: seconds a task may take; None takes `limits.seconds`.
        retry_failed: ask tasks again that failed before.
    """

    workers: int = 1
    limit: int | None = None
    shard: Shard | None = None
    timeout: float | None = None
    retry_failed: bool = False


@dataclass(frozen=True)
class BatchProgress:
    """How far a run has come; `total` and `done` are of this run, `before` was done earlier.

    Attributes:
        pages: read for records.
    """

    total: int
    done: int
    failed: int
    before: int
    seconds: float
    pages: int = 0


@dataclass(frozen=True)
class FailedTask:
    """A task that has no answer."""

    id: str
    line: int
    kind: str
    message: str


@dataclass(frozen=True)
class BatchSummary:
    """What a run did.

    Attributes:
        tasks: usable tasks in the file (or in the shard).
        before: had a result already.
        done: got one in this run; by status in `statuses`.
        left: have none yet.
        failed: every task whose result is a failure, of earlier runs too.
    """

    results: str
    tasks: int
    before: int
    done: int
    left: int
    seconds: float
    interrupted: bool
    statuses: dict[str, int] = field(default_factory=dict)
    failed: tuple[FailedTask, ...] = ()
    malformed: tuple[MalformedLine, ...] = ()


class Batch:
    """A tasks' file, its results' file, and what is left to do; a context manager.

    Args:
        tasks: .jsonl or .csv, or a list.
        results: .jsonl or .csv; made if there is none, gone on with if there is.
        settings: the tasks are asked with.
        options: how.
        written: how results are written; by default as the name of their file says.

    Attributes:
        malformed: lines that are no tasks.
        todo: what `run` will ask.
        begun: whether `run` was called.

    Raises:
        UsageError: a file cannot be used, or the results belong to other tasks or settings.
    """

    def __init__(
        self,
        tasks: Path | TaskList,
        results: Path,
        settings: Settings,
        options: BatchOptions | None = None,
        written: ResultFormat | None = None,
    ) -> None:
        self._options = options or BatchOptions()
        self._settings = settings
        if isinstance(tasks, Path):
            if tasks.resolve() == results.resolve():
                raise UsageError(f"{results}: expected another file than the tasks")
            tasks = TaskList.of_file(tasks)
        self._folder, jobs, self.malformed = tasks.folder, tasks.jobs, tasks.malformed
        self._digest = settings_digest(settings)
        self._file = ResultsFile(results, written)
        try:
            self._check_made_from(tasks.name, jobs)
            shard = self._options.shard
            self._jobs = [job for job in jobs if shard is None or shard.holds(job.task)]
            self._begun = self._begun_sessions()
            if self._options.retry_failed:
                self._file.drop(self._failed_ids())
            missing = [job for job in self._jobs if job.task.id not in self._file.known]
            self.todo = missing[: self._options.limit]
        except BaseException:
            self._file.close()
            raise
        self._queue = TaskQueue(self.todo)
        self._running: set[Control] = set()
        self._lock = threading.Lock()
        self._statuses: Counter[str] = Counter()
        self._pages = 0
        self.begun = False
        self._stopped = False
        self._patient_until = math.inf
        self._fatal: BaseException | None = None
        self._before = len(self._jobs) - len(missing)
        self._on_progress: Callable[[BatchProgress], None] = lambda progress: None
        self._started = time.monotonic()

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, *failure: object) -> None:
        self._file.close()

    def run(
        self, engine: Engine, on_progress: Callable[[BatchProgress], None] | None = None
    ) -> BatchSummary:
        """Ask what is left; `stop` and `abandon` may be called meanwhile.

        Raises:
            LooktwiceError: the results cannot be written any more, or the engine is stuck.
        """
        self.begun = True
        self._on_progress = on_progress or self._on_progress
        self._started = time.monotonic()
        self._report()
        count = min(self._options.workers, len(self.todo))
        threads = [
            threading.Thread(target=self._work, args=(engine,), name="looktwice-batch", daemon=True)
            for _ in range(count)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # signals are heard between two waits
                thread.join(_WAIT)
                if time.monotonic() > self._patient_until:
                    self.abandon()
        self._file.sync()
        if self._fatal is not None:
            raise self._fatal
        return self.summary()

    def stop(self, within: float = math.inf) -> None:
        """Start nothing more; what runs is finished.

        Args:
            within: seconds for that; what takes longer is given up, see `abandon`.
        """
        self._patient_until = time.monotonic() + within
        self._stopped = True
        self._queue.stop()

    def abandon(self) -> None:
        """Give up what runs, too; it counts as not asked."""
        self.stop()
        for control in tuple(self._running):
            control.cancel()

    def summary(self) -> BatchSummary:
        """What is known now."""
        known = self._file.known
        failed = [
            FailedTask(job.task.id, job.line, error.kind, error.message)
            for job in self._jobs
            if job.task.id in known and (error := known[job.task.id].error) is not None
        ]
        return BatchSummary(
            results=str(self._file.path),
            tasks=len(self._jobs),
            before=self._before,
            done=self._statuses.total(),
            left=sum(job.task.id not in known for job in self._jobs),
            seconds=round(time.monotonic() - self._started, 3),
            interrupted=self._stopped,
            statuses=dict(self._statuses),
            failed=tuple(failed),
            malformed=tuple(self.malformed),
        )

    def _work(self, engine: Engine) -> None:
        try:
            while (job := self._queue.take()) is not None:
                try:
                    self._ask(engine, job)
                finally:
                    self._queue.done(job)
        except BaseException as error:  # nothing can be written any more: no use going on
            self._fatal = self._fatal or error
            self.abandon()

    def _ask(self, engine: Engine, job: BatchJob) -> None:
        request = self._request(job)
        control = Control(request.seconds)
        self._running.add(control)
        started = time.monotonic()
        try:
            if self._stopped:
                return
            outcome = engine.ask(request, control)
        except TaskAbandoned:
            return
        finally:
            self._running.discard(control)
        if control.cancelled:  # an answer that was cut short by us
            return
        result = self._result(job, outcome, time.monotonic() - started)
        with self._lock:
            self._file.append(result)
            self._statuses[result.status] += 1
            self._pages += sum(record.pages for record in result.records)
            self._report()

    def _request(self, job: BatchJob) -> TaskRequest:
        name = job.task.session
        first = name is not None and name not in self._begun
        if name is not None:
            self._begun.add(name)
        return TaskRequest(
            task=job.task.beside(self._folder),
            session=None if name is None else f"batch-{self._place()}-{name}"[:200],
            fresh=first,
            seconds=self._options.timeout or self._settings.limits.seconds,
        )

    def _result(self, job: BatchJob, outcome: Answer | TaskFailure, seconds: float) -> Result:
        task = job.task
        if isinstance(outcome, Answer):
            answer, error = outcome, failure_in(outcome)
        else:
            error = outcome
            answer = Answer(
                question=task.question,
                text="",
                status="failed",
                confidence=0.0,
                stop_reason="deadline" if error.kind == "timeout" else "error",
            )
        return Result(
            **{name: getattr(answer, name) for name in Answer.model_fields},
            id=task.id,
            line=job.line,
            seconds=round(seconds, 3),
            error=error,
            meta=task.meta,
            task=task.digest,
            settings=self._digest,
        )

    def _report(self) -> None:
        self._on_progress(
            BatchProgress(
                total=len(self.todo),
                done=self._statuses.total(),
                failed=self._statuses["failed"],
                before=self._before,
                seconds=time.monotonic() - self._started,
                pages=self._pages,
            )
        )

    def _check_made_from(self, tasks: str, jobs: Sequence[BatchJob]) -> None:
        """What is in the results must be of these tasks, asked with these settings."""
        known, place = self._file.known, self._file.path
        retried = self._failed_ids() if self._options.retry_failed else set()
        by_id = {job.task.id: job for job in jobs}
        another = f"{place}: made from other tasks than {tasks}"
        for name, entry in known.items():
            if name in retried:
                continue
            if name not in by_id:
                raise UsageError(f"{another}: it holds {name!r}; give another file with -o")
            if by_id[name].task.digest != entry.task:
                raise UsageError(
                    f"{another}: {name!r} (line {by_id[name].line}) was asked something else; give"
                    " another file with -o"
                )
            if entry.settings != self._digest:
                raise UsageError(
                    f"{place}: made with other settings (pack, model, limits or thresholds);"
                    " give another file with -o, or the same settings"
                )

    def _failed_ids(self) -> set[str]:
        return {name for name, entry in self._file.known.items() if entry.error is not None}

    def _begun_sessions(self) -> set[str]:
        """Sessions that remember something of this batch already."""
        return {
            job.task.session
            for job in self._jobs
            if job.task.session is not None and job.task.id in self._file.known
        }

    def _place(self) -> str:
        """Tells the sessions of this batch from those of others."""
        return sha256(str(self._file.path.resolve()).encode()).hexdigest()[:12]


def settings_digest(settings: Settings) -> str:
    """The same for settings that give the same answers."""
    address = {"model"} if settings.model_name else set()  # the same model may move to another
    values = settings.model_dump_json(include=_ASKED_WITH - address)
    return sha256(f"{resolve_pack(settings)} {values}".encode()).hexdigest()[:16]
