"""API keys: who may ask. Kept as hashes, compared in constant time, never logged."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from ...errors import UsageError

_SHORTEST = 16


class Keys:
    """The keys a server accepts; without any, everybody may ask.

    Args:
        keys: in the clear; only their hashes are kept.

    Raises:
        UsageError: one is too short to be a secret.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        listed = list(keys)
        if any(len(key) < _SHORTEST or not key.isascii() for key in listed):
            raise UsageError(
                f"API keys: each needs at least {_SHORTEST} ASCII characters; make one with: "
                "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        self._hashes = [sha256(key.encode()).digest() for key in listed]

    @classmethod
    def from_file(cls, path: Path) -> Keys:
        """One key a line; empty lines and those that begin with # are left out.

        Raises:
            UsageError: the file cannot be read, or holds no key.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"API keys: {path} cannot be read ({error})") from None
        keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        if not keys:
            raise UsageError(f"API keys: {path} holds none; write one a line")
        return cls(keys)

    def __len__(self) -> int:
        return len(self._hashes)

    def who(self, authorization: str) -> int | None:
        """Number of the key (from 1) in an Authorization header; None where it is none of ours."""
        scheme, _, given = authorization.partition(" ")
        digest = sha256(given.strip().encode("utf-8", "replace")).digest()
        found = None
        for number, known in enumerate(self._hashes, 1):
            if hmac.compare_digest(known, digest) and scheme.lower() == "bearer":
                found = number
        return found
