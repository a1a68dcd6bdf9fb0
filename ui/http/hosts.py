"""Names of hosts: in Host headers, and of the address a server listens at."""

from __future__ import annotations

import ipaddress
import re

from ...errors import UsageError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""What a server that is reached from this machine only may be called."""

_HOST = re.compile(
    r"(?:\[(?P<ipv6>[0-9a-f:.]{2,45})\]|(?P<name>[0-9a-z._-]{1,253}))(?::[0-9]{0,5})?",
    re.ASCII | re.IGNORECASE,
)


def host_name(header: str) -> str:
    """The name in a Host header, without its port: "[::1]:8000" is "::1".

    Returns:
        The name in lower case; "" where the header is not exactly a name and perhaps a port.
    """
    found = _HOST.fullmatch(header)
    return (found["ipv6"] or found["name"]).lower() if found else ""


def is_loopback(host: str) -> bool:
    """Whether a server on this host can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_host(host: str, *, secured: bool, remedy: str) -> bool:
    """Whether only this machine is served; a server for others has to be secured.

    Args:
        host: where the server is to listen.
        secured: whether callers must show who they are.
        remedy: how the user secures it, for the message.

    Raises:
        UsageError: everybody on the network would be let in.
    """
    local = is_loopback(host)
    if not local and not secured:
        raise UsageError(
            f"--host {host} lets other machines in; {remedy}, or stay with --host 127.0.0.1"
        )
    return local
