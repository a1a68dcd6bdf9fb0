"""Fetching a file by its address, never from inside somebody's network.

A name is resolved once; every address it has must be public, and the connection goes to the very
address that was checked, so a name server that answers differently the second time (DNS rebinding)
gains nothing. Each redirect is a new address and checked alike.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from ...errors import BadInput
from ...settings import ServeLimits

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

_MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_UNICAST = ipaddress.ip_network("2000::/3")  # all of IPv6's internet
_TUNNELS = tuple(  # IPv6 networks whose addresses stand for IPv4 ones
    ipaddress.ip_network(net)
    for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


class AddressNotAllowed(BadInput):
    """An address that must not be reached from here."""


def is_public(text: str) -> bool:
    """Whether an IP address is somewhere on the internet, and no disguise of one that is not."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address not in _UNICAST or any(address in tunnel for tunnel in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


async def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


class FileFetcher:
    """Gets pictures and documents from the internet; call it with an address.

    Args:
        limits: bytes and seconds of one file.
        resolve: looks names up.
        allowed: which IP addresses may be reached.
    """

    def __init__(
        self,
        limits: ServeLimits,
        resolve: Resolve = resolve,
        allowed: Callable[[str], bool] = is_public,
    ) -> None:
        self._limits = limits
        self._backend = _CheckedNetwork(resolve, allowed)

    async def __call__(self, url: str) -> bytes:
        """The bytes behind an address.

        Raises:
            BadInput: not allowed, not there, too large or too slow; names the address's host.
        """
        host = _checked_url(url, "the address")
        seconds = self._limits.remote_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(url)
        except TimeoutError:
            raise BadInput(host, f"{host} did not deliver the file in {seconds:g} s") from None
        except BadInput:
            raise
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
            raise BadInput(host, f"{host} cannot be reached or hung up") from None

    async def _follow(self, url: str) -> bytes:
        async with httpcore.AsyncConnectionPool(network_backend=self._backend) as pool:
            for _ in range(_MAX_REDIRECTS + 1):
                host = _checked_url(url, "a redirect")
                headers = [(b"user-agent", b"looktwice"), (b"accept", b"*/*")]
                async with pool.stream("GET", url, headers=headers) as response:
                    if response.status in _REDIRECTS:
                        url = urljoin(url, _header(response, b"location"))
                        continue
                    if response.status != 200:
                        raise BadInput(host, f"{host} answered {response.status}")
                    return await self._read(host, response)
        raise BadInput(host, f"more than {_MAX_REDIRECTS} redirects")

    async def _read(self, host: str, response: httpcore.Response) -> bytes:
        limit = self._limits.remote_bytes
        data = bytearray()
        async for chunk in response.aiter_stream():
            data += chunk
            if len(data) > limit:
                raise BadInput(host, f"the file is larger than {limit // 2**20} MiB")
        return bytes(data)


class _CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections to addresses that were checked, and to no others."""

    def __init__(self, resolve: Resolve, allowed: Callable[[str], bool]) -> None:
        self._resolve, self._allowed = resolve, allowed
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check every address, connect to the first of them."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):  # a label of a name may be too long or empty
            raise BadInput(host, f"there is no host {host[:80]}") from None
        if not addresses or not all(self._allowed(address) for address in addresses):
            raise AddressNotAllowed(host, f"{host} is not on the public internet")
        return await self._backend.connect_tcp(
            addresses[0], port, timeout, local_address, socket_options
        )

    async def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        """Never."""
        raise AddressNotAllowed("unix socket", "is not an address of a picture")


def _checked_url(url: str, what: str) -> str:
    """The host of an http(s) address without user and password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        usable = parts.scheme in ("http", "https") and bool(host) and url.isascii()
        usable = usable and parts.username is None and parts.port != 0
    except ValueError:
        usable, host = False, ""
    if not usable:
        raise AddressNotAllowed(
            host or what, f"{what} must be http(s)://host/path without a password"
        )
    return host


def _header(response: httpcore.Response, name: bytes) -> str:
    values = [value for key, value in response.headers if key.lower() == name]
    return values[0].decode("latin-1") if values else ""
