"""Names and hashed passwords in a file."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from ...errors import UsageError

_NAME = re.compile(r"[\w.@-]{1,64}")
_N, _R, _P = 2**14, 8, 1
"""scrypt's cost (RFC 7914): 16 MB and about 50 ms for a guess."""
_MIN_PASSWORD = 8


class PasswordFile:
    """Names and hashed passwords in a file, a line each: `name:scrypt:n:r:p:salt:hash`.

    Args:
        path: of the file.

    Raises:
        UsageError: it cannot be read, or a line is none of ours.
    """

    def __init__(self, path: Path) -> None:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{path}: cannot be read ({error}); make it with"
                f" `looktwice ui --auth {path} --add-user NAME`"
            ) from None
        self._known: dict[str, str] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            name, _, rest = line.partition(":")
            if not _NAME.fullmatch(name) or not _well_formed(rest):
                raise UsageError(f"{path}: line {number} is no name with a hashed password")
            self._known[name] = rest
        if not self._known:
            raise UsageError(f"{path}: holds no user; add one with --add-user NAME")
        self._decoy = hash_password(secrets.token_urlsafe())

    def verify(self, name: str, password: str) -> bool:
        """Whether a password is that user's; takes as long where there is no such user."""
        return _matches(self._known.get(name, self._decoy), password) and name in self._known


def hash_password(password: str) -> str:
    """A password as it stands in the file, behind the name."""
    salt = os.urandom(16)
    digest = _scrypt(password, salt, _N, _R, _P)
    return f"scrypt:{_N}:{_R}:{_P}:{_encode(salt)}:{_encode(digest)}"


def add_user(path: Path, name: str, password: str) -> None:
    """Write a user into a password file, or a new password for one who is there.

    Raises:
        UsageError: a name or password that cannot be used, or the file cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r}: a name has 1 to 64 letters, digits or . _ @ -")
    if len(password) < _MIN_PASSWORD:
        raise UsageError(f"a password needs at least {_MIN_PASSWORD} characters")
    try:
        old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        lines = [x for x in old if x.strip() and x.partition(":")[0] != name]
        lines.append(f"{name}:{hash_password(password)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
        fresh.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error})") from None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _well_formed(rest: str) -> bool:
    number = r"[1-9]\d{0,6}"
    data = r"[A-Za-z0-9+/=]{16,128}"
    return bool(re.fullmatch(rf"scrypt:{number}:{number}:{number}:{data}:{data}", rest))


def _matches(rest: str, password: str) -> bool:
    _, n, r, p, salt, digest = rest.split(":")
    made = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, base64.b64decode(digest))
