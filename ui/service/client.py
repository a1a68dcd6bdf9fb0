"""Asks the service, with nothing but the standard library: it has to be found at once, or left alone."""

from __future__ import annotations

import http.client
import json
import select
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import __version__
from ...errors import ModelError
from ...schema import Event
from ...settings import Settings
from .place import fingerprints, is_own_peer, is_private, socket_path
from .wire import EVENT, AskRequest, SearchRequest, error_from_json

FIND_SECONDS = 0.25
"""For the service to say who it is; one that is busy answers that at once as well."""
_GONE = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True)
class Unusable:
    """A service that is there, or was, and why it is not asked."""

    reason: str


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float | None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket; PermissionError where somebody else listens there."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
        if not is_own_peer(self.sock):
            raise PermissionError("it belongs to another user")


class Service:
    """The running service.

    Args:
        path: of its socket.
        process: its number, for people.
    """

    def __init__(self, path: Path, process: int) -> None:
        self._path, self.process = path, process

    def ask(self, request: AskRequest) -> Iterator[Event]:
        """The events of a question; leaving the loop early stops the run.

        Raises:
            LooktwiceError: as `Assistant.stream` does, or the service is gone.
        """
        for line in self._lines("/ask", request.model_dump(mode="json")):
            yield EVENT.validate_python(line)

    def read_documents(self, paths: Sequence[str | Path]) -> tuple[str, list[tuple[str, str]]]:
        """The folder of their index, and path and reason of each that could not be read."""
        body = {"paths": [str(Path(path).expanduser().absolute()) for path in paths]}
        (told,) = self._lines("/documents", body)
        return told["index"], [(path, reason) for path, reason in told["failed"]]

    def search(self, request: SearchRequest) -> tuple[list[dict[str, Any]], str]:
        """The passages of `Index.search`, as JSON has them; of pictures not found, why."""
        (told,) = self._lines("/search", request.model_dump(mode="json"))
        return told["passages"], told.get("why", "")

    def task(self, request: str, waiting: Callable[[], None]) -> str:
        """The outcome of a task of a batch, both as the workers in processes write them.

        Args:
            request: the task.
            waiting: called ten times a second; what it raises ends the task.
        """
        with closing(self._send("/task", json.loads(request))) as connection:
            while not select.select([connection.sock], [], [], 0.1)[0]:
                waiting()
            return connection.getresponse().read().decode()

    def stop(self) -> None:
        """Ask it to end."""
        with closing(self._send("/stop", {})) as connection:
            connection.getresponse().read()

    def _send(self, route: str, body: dict[str, Any]) -> _Connection:
        connection = _Connection(self._path, None)
        try:
            connection.request(
                "POST", route, json.dumps(body), {"content-type": "application/json"}
            )
        except OSError as error:
            raise ModelError(f"the warm program is gone ({error}); ask again") from None
        return connection

    def _lines(self, route: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        with closing(self._send(route, body)) as connection:
            try:
                response = connection.getresponse()
                for line in response:
                    told: dict[str, Any] = json.loads(line)
                    if "error" in told:
                        raise error_from_json(told["error"])
                    yield told
            except _GONE as error:
                raise ModelError(f"the warm program is gone ({error}); ask again") from None


def find_service(settings: Settings, seconds: float = FIND_SECONDS) -> Service | Unusable | None:
    """The service that would answer as this program does.

    Args:
        settings: of this program; the service's have to be the same.
        seconds: it may take to answer.

    Returns:
        None where none was started; `Unusable` where one is there that cannot be asked.
    """
    told = _hello(settings, seconds)
    if not isinstance(told, dict):
        return told
    if told.get("version") != __version__:
        return Unusable(f"it is version {told.get('version')}, this is {__version__}")
    own, theirs = fingerprints(settings), told.get("settings", {})
    if differing := [name for name in own if own[name] != theirs.get(name)]:
        return Unusable(f"it runs with other settings ({', '.join(differing)})")
    return _service(settings, told)


def running_service(settings: Settings) -> Service | None:
    """The service of this user, whatever its version and settings; None where none answers."""
    told = _hello(settings, FIND_SECONDS)
    return _service(settings, told) if isinstance(told, dict) else None


def _service(settings: Settings, told: dict[str, Any]) -> Service:
    path = socket_path(settings)
    assert path is not None, "somebody answered there"
    return Service(path, int(told.get("process", 0)))


def _hello(settings: Settings, seconds: float) -> dict[str, Any] | Unusable | None:
    """What the service says of itself."""
    path = socket_path(settings)
    if path is None or not path.exists():
        return None
    if not is_private(path):
        return Unusable("others may enter its folder, or it is another user's")
    try:
        with closing(_Connection(path, seconds)) as connection:
            connection.request("GET", "/hello")
            told: dict[str, Any] = json.loads(connection.getresponse().read())
            return told
    except TimeoutError:
        return Unusable("it does not answer")
    except PermissionError:
        return Unusable("it belongs to another user")
    except _GONE:
        return Unusable("it has ended")
