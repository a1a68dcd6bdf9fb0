"""Addresses of model servers, as people write them and as clients need them."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit, urlunsplit

from ..errors import UsageError


def base_url(address: str) -> str:
    """The address the client needs, from what people write.

    `localhost:8000`, `http://host:8000`, `http://host:8000/v1/` and
    `http://host:8000/v1/chat/completions` all mean `http://host:8000/v1`.

    Raises:
        UsageError: not an http address.
    """
    text = address.strip()
    parts = urlsplit(text if "://" in text else f"http://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"expected an address such as http://host:8000/v1, got {shown(address)}")
    path = parts.path.rstrip("/").removesuffix("/chat/completions").removesuffix("/embeddings")
    return urlunsplit((parts.scheme, parts.netloc, path or "/v1", "", ""))


def shown(address: str) -> str:
    """The address without a user name or password, for messages."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine; names are not looked up, save `localhost`."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
