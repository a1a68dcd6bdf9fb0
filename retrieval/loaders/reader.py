"""The reading process: takes orders on its standard input, gives pages on its standard output.

Started by `isolate`, never by hand. An order is {"path", "first"}; what comes back, as frames of
`protocol`: "taken", "about", then "began" with a page's number and the page itself, again and again, and
at last "end" or "bad" with a reason.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, Protocol

from ...errors import BadInput
from ...settings import DocumentLimits
from .base import DocumentInfo
from .load import open_document
from .protocol import Head, receive, send, send_page

_NICE = 5


class Opened(Protocol):
    """An open document, as a reading process gives it item by item."""

    about: DocumentInfo
    on_page: Callable[[int], None]

    def pages(self, first: int = 1) -> Iterator[Any]: ...

    def close(self) -> None: ...


Opener = Callable[[Path, DocumentLimits], Opened]
Sender = Callable[[BinaryIO, Any], None]


class _Reader:
    def __init__(
        self, out: BinaryIO, limits: DocumentLimits, opener: Opener, sender: Sender
    ) -> None:
        self._out = out
        self._limits = limits
        self._opener, self._sender = opener, sender

    def serve(self, path: Path, first: int) -> None:
        """Read one document; whatever goes wrong with it is reported, never raised."""
        try:
            with contextlib.closing(self._opener(path, self._limits)) as opened:
                self._send({"is": "about", "about": asdict(opened.about)})
                opened.on_page = lambda number: self._send({"is": "began", "number": number})
                for page in opened.pages(first):
                    with _owner_listens():
                        self._sender(self._out, page)
        except BadInput as error:
            self._send({"is": "bad", "reason": error.reason})
        except MemoryError:
            # What the parser left half done stays in memory; only a new process is sure to be well.
            self._send({"is": "bad", "reason": _too_much(self._limits), "last": True})
            os._exit(1)
        except Exception as error:  # a parser's mistake costs this document only
            detail = str(error) or type(error).__name__
            self._send({"is": "bad", "reason": f"cannot be read ({detail}); save it again"})
        else:
            self._send({"is": "end"})

    def taken(self) -> None:
        """Say that the order came: from here on what goes wrong is the document's doing."""
        self._send({"is": "taken"})

    def _send(self, head: Head) -> None:
        with _owner_listens():
            send(self._out, head)


@contextlib.contextmanager
def _owner_listens() -> Any:
    """End the process if the owner is gone; there is nobody to tell."""
    try:
        yield
    except OSError:
        os._exit(1)


def _too_much(limits: DocumentLimits) -> str:
    return (
        f"needs more than {limits.memory / 2**30:.3g} GiB of memory to read; split it, "
        "or raise LOOKTWICE_DOCUMENTS__MEMORY"
    )


def main(opener: Opener = open_document, sender: Sender = send_page) -> None:
    """Serve orders until the standard input closes, which it does when the owner ends.

    Args:
        opener: opens a document; what its `pages` give is sent.
        sender: writes one item to the owner.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders, out = _private_pipes()
    first = receive(orders)
    if first is None:
        return
    limits = DocumentLimits.model_validate(first[0]["limits"])
    _bound(limits.memory)
    waiting: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders, waiting), daemon=True).start()
    reader = _Reader(out, limits, opener, sender)
    while True:
        order = waiting.get()
        reader.taken()
        reader.serve(Path(order["path"]), order["first"])


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The owner's pipes under other numbers, so that no library prints into them or reads from them."""
    orders, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    os.close(nothing)
    return orders, out


def _listen(orders: BinaryIO, waiting: SimpleQueue[dict[str, Any]]) -> None:
    """Runs beside the parser, so that a parser that hangs ends with its owner all the same."""
    while (frame := receive(orders)) is not None:
        waiting.put(frame[0])
    os._exit(0)


def _bound(memory: int) -> None:
    """Give way to others, leave no core file, and take at most `memory` bytes more than now."""
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError):
        os.nice(_NICE)
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, _mapped() + memory)):
        with contextlib.suppress(OSError, ValueError):  # a stricter limit is in force already
            resource.setrlimit(kind, (most, most))


def _mapped() -> int:
    """Bytes of address space in use: thread pools reserve gigabytes that they never touch."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
