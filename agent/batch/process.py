"""The batch in processes of their own: a task that hangs or crashes its process costs only itself.

Each process has its own detector and OCR; the chat model is one server that all of them ask.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Sequence

from ...control import Control
from ...errors import ModelError
from ...schema import Answer
from .child import FAILED, READY
from .engine import GRACE_SECONDS, POLL_SECONDS, Engine, TaskAbandoned, TaskDeadline, TaskRequest
from .results import TaskFailure
from .worker import WorkerSpec, outcome_from_json, request_to_json

START_SECONDS = 300.0
"""A new process loads its models, from a cold disk perhaps."""
MAX_TRIES = 2
"""A task whose process died is asked once more: it may have been killed for another one's sake."""


class WorkerDied(Exception):
    """The process ended in the middle of its work; the text says how."""


class WorkerProcess:
    """One process; used by one thread at a time.

    Args:
        spec: of its assistant.
    """

    def __init__(self, spec: WorkerSpec) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                f"{__package__}.child",
            ],  # -P: not what lies around here
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read_lines, name="looktwice-child", daemon=True).start()
        self.send(spec.to_json())
        self.ready = False

    def send(self, line: str) -> None:
        """Send a line.

        Raises:
            WorkerDied: nobody reads it.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError:
            raise WorkerDied(self._end()) from None

    def receive(self, seconds: float) -> str | None:
        """The next line, or None when there is none within that time.

        Raises:
            WorkerDied: there will be none.
        """
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if line is None:
            raise WorkerDied(self._end())
        return line

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def _read_lines(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _end(self) -> str:
        code = self._process.wait()
        return f"signal {-code}" if code < 0 else f"exit code {code}"


class ProcessEngine(Engine):
    """Asks processes; one that hangs or dies is replaced.

    Args:
        specs: one for each process.
        grace: seconds a task may go on after its time.
    """

    def __init__(self, specs: Sequence[WorkerSpec], grace: float = GRACE_SECONDS) -> None:
        self._grace = grace
        self._closed = False
        self._lock = threading.Lock()
        self._living: set[WorkerProcess] = set()
        self._idle: queue.LifoQueue[tuple[WorkerSpec, WorkerProcess | None]] = queue.LifoQueue()
        for spec in specs:
            self._idle.put((spec, self._start(spec)))

    def ask(self, request: TaskRequest, control: Control) -> Answer | TaskFailure:
        """See `Engine.ask`.

        Raises:
            ModelError: a process cannot make its assistant.
        """
        spec, child = self._idle.get()
        end = ""
        try:
            for _ in range(MAX_TRIES):
                child = child or self._start(spec)
                try:
                    self._wait_ready(child, control)
                    return self._answer(child, request, control)
                except WorkerDied as death:
                    end = str(death)
                    self._discard(child)
                    child = None
            return TaskFailure(
                kind="crashed", message=f"its process died {MAX_TRIES} times ({end})"
            )
        except (TimeoutError, TaskAbandoned) as error:
            if child is not None:
                self._discard(child)
                child = None
            if isinstance(error, TaskAbandoned):
                raise
            return TaskDeadline(request, control).failure()
        finally:
            self._idle.put((spec, child))

    def close(self) -> None:
        """End every process."""
        with self._lock:
            self._closed = True
            living, self._living = self._living, set()
        for child in living:
            child.kill()

    def _answer(
        self, child: WorkerProcess, request: TaskRequest, control: Control
    ) -> Answer | TaskFailure:
        deadline = TaskDeadline(request, control, self._grace)
        child.send(request_to_json(request))
        while (line := child.receive(POLL_SECONDS)) is None:
            if deadline.over():
                raise TimeoutError
        return outcome_from_json(line)

    def _wait_ready(self, child: WorkerProcess, control: Control) -> None:
        waited = 0.0
        while not child.ready:
            line = child.receive(POLL_SECONDS)
            waited += POLL_SECONDS
            if line == READY:
                child.ready = True
            elif line is not None and line.startswith(FAILED):
                raise ModelError(f"a worker cannot start: {line.removeprefix(FAILED)}")
            elif control.cancelled:
                raise TaskAbandoned
            elif waited > START_SECONDS:
                raise ModelError(f"a worker did not start within {START_SECONDS:g} seconds")

    def _start(self, spec: WorkerSpec) -> WorkerProcess:
        with self._lock:
            if self._closed:
                raise TaskAbandoned
            child = WorkerProcess(spec)
            self._living.add(child)
            return child

    def _discard(self, child: WorkerProcess) -> None:
        with self._lock:
            self._living.discard(child)
        child.kill()
