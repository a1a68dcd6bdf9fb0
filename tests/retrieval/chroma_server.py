"""Helpers for the tests of vectors, run as a program: a server, and writers that can be killed.

python chroma_server.py serve FOLDER PORT
python chroma_server.py writers     forks a writer for each line "FOLDER FIRST" on standard input, so
                                    that Chroma is imported once; a writer says its number, then the
                                    last id it has stored, again and again
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 48
BATCH = 15
SYNC = 40
"""Changes after which Chroma writes its graph here; so small that many kills fall into it."""


def vector_of(number: int) -> NDArray[np.float32]:
    """The vector of a passage, the same in every process."""
    row = np.random.default_rng(number).normal(size=DIMENSIONS).astype(np.float32)
    return row / np.linalg.norm(row)


def vectors_of(numbers: list[int]) -> NDArray[np.float32]:
    return np.stack([vector_of(number) for number in numbers])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a server on a folder, and its process."""
    port = free_port()
    command = [sys.executable, __file__, "serve", str(folder), str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/api/v2/heartbeat", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdin
        process.stdin.close()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.02)
    raise AssertionError(f"the server did not come up (exit code {process.poll()})")


class Writers:
    """Processes that add vectors until they are killed."""

    def __init__(self) -> None:
        command = [sys.executable, __file__, "writers"]
        pipe = subprocess.PIPE
        self._mother = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1)
        self._running: int | None = None

    def start(self, folder: Path, first: int) -> int:
        """Start one that adds ids from `first` on; returns its process number."""
        assert self._mother.stdin
        self._mother.stdin.write(f"{folder} {first}\n")
        self._mother.stdin.flush()
        self._running = self.hear()
        return self._running

    def hear(self) -> int:
        """The next number it says."""
        assert self._mother.stdout
        return int(self._mother.stdout.readline())

    def kill(self, process: int) -> int | None:
        """Kill it at once; the last id it had said to be stored, if any since `hear`."""
        assert self._mother.stdout
        os.kill(process, signal.SIGKILL)
        self._running = None
        said = list(iter(self._mother.stdout.readline, "gone\n"))
        return int(said[-1]) if said else None

    def close(self) -> None:
        if self._running:  # its test failed
            self.kill(self._running)
        assert self._mother.stdin
        assert self._mother.stdout
        self._mother.stdin.close()
        self._mother.wait(20)
        self._mother.stdout.close()


def main() -> None:
    from looktwice.retrieval.vectors import vectors

    vectors._GRAPH["sync_threshold"] = SYNC
    if sys.argv[1] == "serve":
        threading.Thread(target=end_with_the_tests, daemon=True).start()
        sys.exit(vectors.serve(Path(sys.argv[2]), port=int(sys.argv[3])))
    import chromadb  # once, before the forks

    assert chromadb
    for line in sys.stdin:
        folder, first = line.split()
        process = os.fork()
        if process == 0:
            write(Path(folder), int(first))
        os.waitpid(process, 0)
        print("gone", flush=True)


def end_with_the_tests() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def write(folder: Path, first: int) -> None:
    from looktwice.retrieval.vectors.vectors import Vectors

    print(os.getpid(), flush=True)
    with Vectors(folder, write=True) as store:
        while True:
            ids = list(range(first, first + BATCH))
            store.add("passages", ids, vectors_of(ids), [i // 10 for i in ids])
            first += BATCH
            print(first - 1, flush=True)


if __name__ == "__main__":
    main()
