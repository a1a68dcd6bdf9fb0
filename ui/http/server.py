"""A server as a process: its socket, and its life until a signal."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys

import uvicorn

from ...errors import UsageError

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3


def bind(host: str, port: int) -> socket.socket:
    """A socket of this address, taken before the models are loaded.

    Args:
        host: a name or an address.
        port: 0 takes a free one.

    Raises:
        UsageError: it cannot be had.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind)
        try:
            if os.name == "posix":  # elsewhere it would take ports that are in use
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except BaseException:
            bound.close()
            raise
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"cannot listen on {host} port {port} ({error}); try another with --port"
        ) from None
    return bound


def address_of(bound: socket.socket) -> str:
    """The http address of a socket."""
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def keep_memory_together() -> None:
    """Give large pieces back to the system at once, and share heaps among threads.

    A run has a thread of its own and decodes pictures in it. By default glibc gives threads heaps of
    their own, and raises the size from which pieces are given back with each one that was freed; what
    is left between grows for hours (mallopt(3), M_ARENA_MAX and M_MMAP_THRESHOLD).
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            tune = ctypes.CDLL(None).mallopt
            tune(_M_ARENA_MAX, 2)
            tune(_M_MMAP_THRESHOLD, 2**18)


def run_until_signal(config: uvicorn.Config, bound: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C; what is being answered then may be finished."""
    keep_memory_together()
    # uvicorn raises the signal again when it is done; then this process ends well.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    uvicorn.Server(config).run(sockets=[bound])
