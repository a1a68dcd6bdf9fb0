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
from .engine import GRACE, LOOK, Engine, GivenUp, Patience, Request
from .results import TaskFailure
from .worker import Recipe, outcome_from_json, request_to_json

START_SECONDS = 300.0
"""A new process loads its models, from a cold disk perhaps."""
TRIES = 2
"""A task whose process died is asked once more: it may have been killed for another one's sake."""


class Died(Exception):
    """The process ended in the middle of its work; the text says how."""


class Child:
    """One process; used by one thread at a time.

    Args:
        recipe: of its assistant.
    """

    def __init__(self, recipe: Recipe) -> None:
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
        threading.Thread(target=self._listen, name="looktwice-child", daemon=True).start()
        self.say(recipe.to_json())
        self.ready = False

    def say(self, line: str) -> None:
        """Send a line.

        Raises:
            Died: nobody hears it.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError:
            raise Died(self._end()) from None

    def hear(self, seconds: float) -> str | None:
        """The next line, or None when there is none within that time.

        Raises:
            Died: there will be none.
        """
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if line is None:
            raise Died(self._end())
        return line

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
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
        recipes: one for each process.
        grace: seconds a task may go on after its time.
    """

    def __init__(self, recipes: Sequence[Recipe], grace: float = GRACE) -> None:
        self._grace = grace
        self._closed = False
        self._lock = threading.Lock()
        self._living: set[Child] = set()
        self._idle: queue.LifoQueue[tuple[Recipe, Child | None]] = queue.LifoQueue()
        for recipe in recipes:
            self._idle.put((recipe, self._start(recipe)))

    def ask(self, request: Request, control: Control) -> Answer | TaskFailure:
        """See `Engine.ask`.

        Raises:
            ModelError: a process cannot make its assistant.
        """
        recipe, child = self._idle.get()
        end = ""
        try:
            for _ in range(TRIES):
                child = child or self._start(recipe)
                try:
                    self._wait_ready(child, control)
                    return self._answer(child, request, control)
                except Died as death:
                    end = str(death)
                    self._lose(child)
                    child = None
            return TaskFailure(kind="crashed", message=f"its process died {TRIES} times ({end})")
        except (TimeoutError, GivenUp) as error:
            if child is not None:
                self._lose(child)
                child = None
            if isinstance(error, GivenUp):
                raise
            return Patience(request, control).failure()
        finally:
            self._idle.put((recipe, child))

    def close(self) -> None:
        """End every process."""
        with self._lock:
            self._closed = True
            living, self._living = self._living, set()
        for child in living:
            child.kill()

    def _answer(self, child: Child, request: Request, control: Control) -> Answer | TaskFailure:
        patience = Patience(request, control, self._grace)
        child.say(request_to_json(request))
        while (line := child.hear(LOOK)) is None:
            if patience.over():
                raise TimeoutError
        return outcome_from_json(line)

    def _wait_ready(self, child: Child, control: Control) -> None:
        waited = 0.0
        while not child.ready:
            line = child.hear(LOOK)
            waited += LOOK
            if line == READY:
                child.ready = True
            elif line is not None and line.startswith(FAILED):
                raise ModelError(f"a worker cannot start: {line.removeprefix(FAILED)}")
            elif control.cancelled:
                raise GivenUp
            elif waited > START_SECONDS:
                raise ModelError(f"a worker did not start within {START_SECONDS:g} seconds")

    def _start(self, recipe: Recipe) -> Child:
        with self._lock:
            if self._closed:
                raise GivenUp
            child = Child(recipe)
            self._living.add(child)
            return child

    def _lose(self, child: Child) -> None:
        with self._lock:
            self._living.discard(child)
        child.kill()
