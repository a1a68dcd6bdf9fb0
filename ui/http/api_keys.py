"""API keys: who may ask. Kept as hashes, compared in constant time, never logged."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from ...errors import UsageError
from .errors import NotAuthorized

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

KEY_NUMBER = "looktwice.key"
"""Where the ASGI scope holds the number of the request's key."""
_OWNER = "looktwice.owner"
_EVERYBODY = "everybody"
_MIN_CHARACTERS = 16


class ApiKeys:
    """The keys a server accepts; without any, everybody may ask.

    Args:
        keys: in the clear; only their hashes are kept.

    Raises:
        UsageError: one is too short to be a secret.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        given = list(keys)
        if any(len(key) < _MIN_CHARACTERS or not key.isascii() for key in given):
            raise UsageError(
                f"API keys: each needs at least {_MIN_CHARACTERS} ASCII characters; make one with: "
                "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        self._hashes = [sha256(key.encode()).digest() for key in given]

    @classmethod
    def from_file(cls, path: Path) -> ApiKeys:
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

    def identify(self, authorization: str) -> int | None:
        """Number of the key (from 1) in an Authorization header; None where it is none of ours."""
        scheme, _, given = authorization.partition(" ")
        digest = sha256(given.strip().encode("utf-8", "replace")).digest()
        found = None
        for number, known in enumerate(self._hashes, 1):
            if hmac.compare_digest(known, digest) and scheme.lower() == "bearer":
                found = number
        return found

    def owner(self, number: int) -> str:
        """A name for who has this key; the same as long as the key is."""
        return self._hashes[number - 1].hex()[:24]


def owner_of(scope: Scope) -> str:
    """Whose request it is: a name for its key; one for everybody where there are no keys."""
    return str(scope.get(_OWNER, _EVERYBODY))


class ApiKeyCheck:
    """Lets in who shows one of the keys.

    Args:
        app: what is behind it.
        keys: those accepted; without any, everybody is let in.
        open_paths: what needs no key.
    """

    def __init__(self, app: ASGIApp, keys: ApiKeys, open_paths: Collection[str] = ()) -> None:
        self._app, self._keys, self._open_paths = app, keys, frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on.

        Raises:
            NotAuthorized: it shows no key, or none of ours.
        """
        if self._keys and scope["type"] == "http" and scope["path"] not in self._open_paths:
            number = self._keys.identify(Headers(scope=scope).get("authorization", ""))
            if number is None:
                raise NotAuthorized
            scope[KEY_NUMBER] = number
            scope[_OWNER] = self._keys.owner(number)
        await self._app(scope, receive, send)
