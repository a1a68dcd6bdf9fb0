"""Where the service is found, whose it is, and with which settings it runs."""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from ...settings import Settings

_LONGEST = 100
"""Bytes of a socket's path; systems allow 104 or 108."""
_OF_SERVERS = frozenset({"serve", "page", "mcp"})
"""Settings that change no answer."""


def service_folder(settings: Settings) -> Path:
    """The folder of the service: its socket and its log."""
    return settings.home / "service"


def socket_path(settings: Settings) -> Path | None:
    """The socket; None where there can be none (no such sockets here, or too long a path)."""
    path = service_folder(settings) / "socket"
    fits = len(os.fsencode(path)) <= _LONGEST
    return path if hasattr(socket, "AF_UNIX") and fits else None


def is_private(path: Path) -> bool:
    """Whether a socket is this user's, in a folder of this user that nobody else may enter."""
    try:
        folder, own = path.parent.stat(), path.lstat()
    except OSError:
        return False
    closed = not folder.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    return closed and folder.st_uid == own.st_uid == os.getuid()


def peer_uid(connection: socket.socket) -> int | None:
    """The user at the other end of a Unix socket; None where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return None
    form = struct.Struct("3i")  # struct ucred: process, user, group
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, form.size)
    return int(form.unpack(told)[1])


def is_own_peer(connection: socket.socket) -> bool:
    """Whether this user is at the other end; so says the folder where the system does not tell."""
    return peer_uid(connection) in (None, os.getuid())


def fingerprints(settings: Settings) -> dict[str, str]:
    """A hash of each setting that an answer depends on, by name; nothing can be read out of it."""
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    return {
        name: sha256(json.dumps(_plain(value), sort_keys=True).encode()).hexdigest()[:16]
        for name, value in values.items()
        if name not in _OF_SERVERS
    }


def _plain(value: Any) -> Any:
    """A setting as JSON, secrets in the clear."""
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Path) else value
