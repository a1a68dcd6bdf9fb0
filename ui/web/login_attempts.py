"""How often somebody may try a password: by address, by name, and by both."""

from __future__ import annotations

import ipaddress
import threading
from concurrent.futures import ThreadPoolExecutor

from ...errors import UsageError
from .passwords import PasswordFile
from .rate_limit import RateLimiter

_SECONDS = 300.0
_OF_BOTH, _OF_ONE = 10, 100
"""Wrong tries in that time of one name from one address; of one name, or from one address."""
_AT_ONCE = 2
"""Passwords that are checked at the same time: each takes a core and 16 MB."""
MOST_AT_ONCE = 34
"""Those and the ones that wait."""


class LoginAttempts:
    """Checks passwords, each at a cost, in threads of their own.

    Only wrong tries count, so that people behind one proxy do not shut each other out; and a name that
    is guessed at from one place stays open to its owner elsewhere.

    Args:
        passwords: those that are right.
    """

    def __init__(self, passwords: PasswordFile) -> None:
        self._passwords = passwords
        self._limits = (
            ("both", RateLimiter(_OF_BOTH, _SECONDS)),
            ("name", RateLimiter(_OF_ONE, _SECONDS)),
            ("host", RateLimiter(_OF_ONE, _SECONDS)),
        )
        self._lock = threading.Lock()
        self._waiting = 0
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="looktwice-login")

    def check(self, name: str, password: str, host: str) -> None:
        """Wait for a verdict.

        Raises:
            UsageError: the password is wrong, was tried too often, or too many are being checked.
        """
        keys = {"name": name[:64], "host": network_of(host)}
        keys["both"] = f"{keys['host']} {keys['name']}"
        taken: list[tuple[RateLimiter, str]] = []
        for kind, limit in self._limits:
            if wait := limit.take(keys[kind]):
                for earlier, key in taken:
                    earlier.give_back(key)
                raise UsageError(f"too many tries; wait {max(1, wait / 60):.0f} minutes")
            taken.append((limit, keys[kind]))
        if self._verified(name, password):
            for limit, key in taken:
                limit.give_back(key)
        else:
            raise UsageError("name and password do not fit together")

    def _verified(self, name: str, password: str) -> bool:
        with self._lock:
            if self._waiting >= MOST_AT_ONCE:
                raise UsageError("many are logging in now; try again in a moment")
            self._waiting += 1
        try:
            return self._threads.submit(self._passwords.verify, name, password[:1024]).result()
        finally:
            with self._lock:
                self._waiting -= 1


def network_of(host: str) -> str:
    """What one person holds: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
