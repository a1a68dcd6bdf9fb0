"""Documents are read in a process of their own, so that a parser's crash costs one document.

The process is bounded in memory and in the time for a page, gives way to others (nice), hears no
Ctrl-C (its owner decides), opens nothing of its owner's, and ends when its owner does, however that
ends: it sees its standard input close.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

from ...closing import Closing
from ...control import Control
from ...errors import BadInput, UsageError
from ...settings import DocumentLimits
from .base import DocumentInfo, Leaf
from .protocol import page_of, receive, send

_AHEAD = 4
"""Frames that wait for the owner; the reader then waits too."""
_GLANCE = 0.1
"""Seconds between two looks at whether to stop."""
_START_SECONDS = 60.0
"""A new process first imports what it needs, from a cold disk perhaps."""
_STARTS = 2

_Frame = tuple[dict[str, Any], bytes]
Item = TypeVar("Item")


class ChildReader(Closing, Generic[Item]):
    """Reads documents in a child process, one after the other; a context manager.

    The child starts with the first document, stays, and is replaced when it died or was stopped in
    the middle of a document. One thread at a time may read; several of them read side by side.

    Args:
        limits: what a document may measure; also the child's memory and its seconds for a page.
        module: what the child runs: a module whose `main` is `reader.main`.
        value: makes an item out of the frame that the child sent it in.
    """

    def __init__(
        self, limits: DocumentLimits, module: str, value: Callable[[dict[str, Any], bytes], Item]
    ) -> None:
        self._limits = limits
        self._module = module
        self._value = value
        self._child: _Child | None = None
        self._reading: ItemReading[Item] | None = None

    def read(
        self, path: Path, first: int = 1, control: Control | None = None, until: int = 0
    ) -> ItemReading[Item]:
        """Open a document and begin to read it at page `first`.

        Reading ends when page `until` is done, with 0 at the document's end.

        A reading that was begun before and is not finished ends.

        Raises:
            BadInput: the document cannot be opened, or opening it crashed or took too long.
            Cancelled, DeadlinePassed: `control` said to stop.
            UsageError: no child process can be started.
        """
        self._stop()
        control = control or Control()
        child = self._order({"path": str(path.absolute()), "first": first}, control)
        self._reading = ItemReading(child, str(path), self._limits, control, self._value)
        self._reading.until = until
        self._reading.open()
        return self._reading

    def close(self) -> None:
        """End the child and what it reads."""
        self._reading = None
        if self._child is not None:
            self._child.end()
            self._child = None

    def _stop(self) -> None:
        if self._reading is not None and not self._reading.finished:
            self.close()

    def _order(self, order: dict[str, Any], control: Control) -> _Child:
        """A child that has taken the order; one that died idle (out of memory, say) is replaced."""
        for _ in range(_STARTS):
            if self._child is None or self._child.ended:
                self._child = _Child(self._limits, self._module)
            try:
                if self._child.ask(order) and self._child.frame(_START_SECONDS, control):
                    return self._child
            except TimeoutError:
                self.close()
                raise BadInput(
                    order["path"],
                    f"the process that reads documents did not start in {_START_SECONDS:g} seconds: "
                    "this machine is busy; add the file again later",
                ) from None
            except BaseException:
                self.close()
                raise
            self.close()
        raise UsageError(
            f"the process that reads documents does not start; try `{sys.executable} -m "
            f"{self._module} < /dev/null` to see why"
        )


class ItemReading(Generic[Item]):
    """What is read of one document as it comes; iterate once.

    Attributes:
        about: what the document says about itself.
        finished: whether nothing more will come.
    """

    about: DocumentInfo

    def __init__(
        self,
        child: _Child,
        source: str,
        limits: DocumentLimits,
        control: Control,
        value: Callable[[dict[str, Any], bytes], Item],
    ) -> None:
        self._child = child
        self._value = value
        self._source = source
        self._limits = limits
        self._control = control
        self._place = "while it was opened"
        self.finished = False
        self.until = 0

    def open(self) -> None:
        """Wait until the document is open; `IsolatedReader.read` has done so."""
        head, _ = self._next()
        self.about = DocumentInfo(**head["about"])

    def __iter__(self) -> Iterator[Item]:
        """The items in order.

        Raises:
            BadInput: the document cannot be read further; the reader crashed, or took more than
                `page_seconds` for a page.
            Cancelled, DeadlinePassed: the control said to stop.
        """
        while not self.finished:
            head, body = self._next()
            if head["is"] == "end":
                self.finished = True
            else:
                yield self._value(head, body)

    def _next(self) -> _Frame:
        """The next frame that is not only a sign of life."""
        while True:
            try:
                frame = self._child.frame(self._limits.page_seconds, self._control)
            except TimeoutError:
                self._give_up(
                    f"the reader took more than {self._limits.page_seconds:g} seconds {self._place}; "
                    "save it again, or raise LOOKTWICE_DOCUMENTS__PAGE_SECONDS"
                )
            if frame is None:
                self._give_up(
                    f"the reader crashed {self._place}: the file is damaged, or needs more than "
                    f"{self._limits.memory / 2**30:.3g} GiB of memory; save it again, split it, "
                    "or raise LOOKTWICE_DOCUMENTS__MEMORY"
                )
            head, _ = frame
            if head["is"] == "bad":
                self.finished = "last" not in head
                self._give_up(head["reason"])
            if head["is"] != "began":
                return frame
            self._place = f"on page {head['number']}"
            if 0 < self.until < head["number"]:
                self._child.end()
                return {"is": "end"}, b""

    def _give_up(self, reason: str) -> NoReturn:
        if not self.finished:
            self._child.end()
        self.finished = True
        raise BadInput(self._source, reason)


class _Child:
    """The reading process, and a thread that hears it."""

    def __init__(self, limits: DocumentLimits, module: str) -> None:
        try:
            # Without the working folder in its path: a json.py there must not become ours.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(f"the process that reads documents cannot start ({error})") from error
        self._frames: Queue[_Frame | None] = Queue(_AHEAD)
        self.ended = False
        threading.Thread(target=self._listen, daemon=True, name="looktwice reader").start()
        self.ask({"limits": limits.model_dump()})

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, order: dict[str, Any]) -> bool:
        """Send an order; False if the child is gone."""
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, order)
        except (OSError, ValueError):  # ValueError: the pipe is closed
            return False
        return True

    def frame(self, seconds: float, control: Control) -> _Frame | None:
        """The next frame, None when the child is gone.

        Raises:
            TimeoutError: nothing came.
            Cancelled, DeadlinePassed: the control said to stop.
        """
        until = time.monotonic() + seconds
        while True:
            control.check()
            left = until - time.monotonic()
            try:
                frame = self._frames.get(timeout=max(0.0, min(left, _GLANCE)))
            except Empty:
                if self.ended:
                    return None
                if left <= 0:
                    raise TimeoutError from None
                continue
            if frame is None:
                self.end()
            return frame

    def end(self) -> None:
        """Kill the process and wait for it; may be called twice."""
        self.ended = True
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(Empty):  # let the listener go, which may wait for room
            while True:
                self._frames.get_nowait()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            while (frame := receive(stream)) is not None:
                if not self.ended:
                    self._frames.put(frame)
        if not self.ended:
            self._frames.put(None)


Reading: TypeAlias = ItemReading[Leaf]
"""The pages of one document as they come."""


class IsolatedReader(ChildReader[Leaf]):
    """Reads the pages of documents in a child process.

    Args:
        limits: what a document may measure; also the child's memory and its seconds for a page.
    """

    def __init__(self, limits: DocumentLimits) -> None:
        super().__init__(limits, f"{__package__}.reader", page_of)
