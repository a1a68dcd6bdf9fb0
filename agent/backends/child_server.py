"""A server that is a child process of ours: started on a loopback port, watched, and ended with us."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ...control import Control
from ...errors import ModelError

__all__ = ["ChildServer", "free_port"]

_LOOK = 0.2
"""Seconds between two looks at whether it answers."""
_GOODBYE = 10.0
"""Seconds it has for ending in order."""
_LINES = 8
"""Of its log, told when it fails."""


def free_port() -> int:
    """A port of the loopback address that nobody listens at now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class ChildServer:
    """A process that serves HTTP on a loopback port.

    Args:
        name: what to call it in messages.
        command: starts it.
        port: where it will listen.
        log: a file for what it writes; the last lines of it are told when it fails.
        environment: variables beside those of this process.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        port: int,
        log: Path,
        environment: Mapping[str, str],
    ) -> None:
        self.name, self.port, self._log = name, port, log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,  # its workers end with it, and Ctrl+C is ours to pass on
            )
        self._end = weakref.finalize(self, _stop, self._process)

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def wait_until_ready(self, path: str, seconds: float, control: Control | None = None) -> None:
        """Return when it answers a GET.

        Raises:
            ModelError: it ended, or was not ready in time; with the end of its log.
            Stopped: `control` said stop first.
        """
        looks = Control(seconds)
        while not self._answers(path):
            if control is not None:
                control.check()
            if looks.expired:
                self.close()
                raise ModelError(f"{self.name} was not ready after {seconds:.0f} s: {self.last()}")
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK)
                raise ModelError(f"{self.name} ended while it started: {self.last()}")

    def _answers(self, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def last(self) -> str:
        """The end of what it wrote."""
        with suppress(OSError):
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
            return " / ".join(line.strip() for line in lines[-_LINES:] if line.strip())
        return "it left no log"

    def close(self) -> None:
        """End it and what it started; calling twice is fine."""
        self._end()


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GOODBYE)
