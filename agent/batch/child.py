"""A worker of a batch in a process of its own: JSON lines in, JSON lines out.

Started by `process.py`. The first line is the spec, every other one a request. It hears no
Ctrl-C (its owner decides) and ends when its owner does, however that ends: its standard input closes.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import TextIO

from ...errors import LooktwiceError
from .worker import WorkerSpec, answer_as_json

READY = "ready"
FAILED = "failed "
_OWNER_IS_GONE = 3


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer until the owner is gone, which ends the process also in the middle of a task."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read_requests() -> None:
        for line in requests:
            lines.put(line)
        os._exit(_OWNER_IS_GONE)

    threading.Thread(target=read_requests, name="looktwice-owner", daemon=True).start()
    try:
        worker = WorkerSpec.from_json(lines.get()).make()
    except LooktwiceError as error:
        _write_line(answers, FAILED + " ".join(str(error).split()))
        return
    _write_line(answers, READY)
    while True:
        _write_line(answers, answer_as_json(worker, lines.get()))


def _write_line(answers: TextIO, line: str) -> None:
    answers.write(line + "\n")
    answers.flush()


def main() -> None:
    """Keep standard output for answers; what libraries print there goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(os.fdopen(os.dup(0), encoding="utf-8"), answers)
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
