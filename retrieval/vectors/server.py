"""Vectors on a Chroma server, for indexes that outgrow one machine, and that server itself."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ...errors import UsageError
from .storage import FolderStorage, Graph, VectorStorage, plainly, server_client

_PORT = 8000
_MOVED = 1_000
"""Vectors carried at once from an old collection to a new one."""
_ALL = ["embeddings", "metadatas"]


class ServerStorage(VectorStorage):
    """A Chroma server, which sees to its own disk."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._at = _address(address)

    def open(self) -> None:
        with plainly(self.label):
            self._client = server_client(*self._at)

    def compact(self, name: str, graph: Graph) -> None:
        """Into a new collection, which then takes the name; see `finish` for one cut short."""
        self.finish(name)
        with plainly(self.label):
            old = self._find(name)
            if old is None:
                return
            new = self.make(f"{name}-new", graph)
            at = 0
            while (got := old.get(limit=_MOVED, offset=at, include=_ALL))["ids"]:
                new.add(got["ids"], embeddings=got["embeddings"], metadatas=got["metadatas"])
                at += len(got["ids"])
            self._client.delete_collection(name)
        self.finish(name)

    def finish(self, name: str) -> None:
        """Where the old collection is gone the new one is whole and takes the name, else it goes."""
        self._known.clear()
        with plainly(self.label):
            new = self._find(f"{name}-new")
            if new is not None and self._find(name) is not None:
                self._client.delete_collection(new.name)
            elif new is not None:
                new.modify(name=name)
        self._known.clear()


def serve(folder: Path, host: str = "127.0.0.1", port: int = _PORT) -> int:
    """Run Chroma's server on a folder (made if need be) until it is interrupted.

    It asks for no password: on a host that is not loopback, whoever reaches it can read and delete
    everything.

    Returns:
        The exit code: 0 after Ctrl-C or a termination.

    Raises:
        UsageError: nothing can be served at this address, or another process changes or serves
            this folder.
    """
    _check_free(host, port)
    return FolderStorage(folder).lend(lambda: _run(folder, host, port))


def _address(text: str) -> tuple[str, int, bool]:
    parts = urlsplit(text)
    with contextlib.suppress(ValueError):  # a port that is none
        if parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/"):
            ssl = parts.scheme == "https"
            return parts.hostname, parts.port or (443 if ssl else _PORT), ssl
    raise UsageError(f"{text}: expected the address of a Chroma server, http://host:port")


def _run(folder: Path, host: str, port: int) -> int:
    import chromadb_rust_bindings

    command = ["chroma", "run", "--path", str(folder), "--host", host, "--port", str(port)]
    with _quiet(), contextlib.suppress(KeyboardInterrupt):  # it ends by itself at Ctrl-C, in order
        chromadb_rust_bindings.cli(command)
    return 0


def _check_free(host: str, port: int) -> None:
    """Chroma itself would end without a failure."""
    if not 0 < port < 2**16:
        raise UsageError(f"{host}:{port}: cannot serve there (ports are 1 to 65535)")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise UsageError(f"{host}:{port}: cannot serve there ({error})") from None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Chroma's banner advertises; what goes wrong it says on standard error."""
    kept = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
