"""Who is asking: a cookie for everybody, names and passwords where the page asks for them.

Without passwords each browser is a person of its own, known by a random cookie. With them, the cookie
stands for a name until it is logged out. Cookies are never stored, only their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from pathlib import Path

from ...errors import UsageError

COOKIE = "looktwice"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[\w.@-]{1,64}")
_N, _R, _P = 2**14, 8, 1
"""scrypt's cost (RFC 7914): 16 MB and about 50 ms for a guess."""
_LOGIN_SECONDS = 12 * 3600
_SHORTEST = 8


class Rate:
    """At most `most` events in any `seconds`, for each key.

    Args:
        most: 0 forbids everything.
        seconds: length of the window.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._seen: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, key: str, now: float | None = None) -> float:
        """Count one event; gives 0, or the seconds to wait where it is one too many."""
        now = time.monotonic() if now is None else now
        if len(self._seen) > 10_000:  # forget who has not been here for a window
            self._seen = defaultdict(
                deque, {k: d for k, d in self._seen.items() if d and d[-1] > now - self._seconds}
            )
        seen = self._seen[key]
        while seen and seen[0] <= now - self._seconds:
            seen.popleft()
        if len(seen) >= self._most:
            return max(0.001, seen[0] + self._seconds - now) if seen else self._seconds
        seen.append(now)
        return 0.0


class Passwords:
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
        self._nobody = hashed(secrets.token_urlsafe())

    def fits(self, name: str, password: str) -> bool:
        """Whether a password is that person's; takes as long where there is no such person."""
        return _fits(self._known.get(name, self._nobody), password) and name in self._known


def hashed(password: str) -> str:
    """A password as it stands in the file, behind the name."""
    salt = os.urandom(16)
    digest = _scrypt(password, salt, _N, _R, _P)
    return f"scrypt:{_N}:{_R}:{_P}:{_encode(salt)}:{_encode(digest)}"


def add_user(path: Path, name: str, password: str) -> None:
    """Write a person into a password file, or a new password for one who is there.

    Raises:
        UsageError: a name or password that cannot be used, or the file cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r}: a name has 1 to 64 letters, digits or . _ @ -")
    if len(password) < _SHORTEST:
        raise UsageError(f"a password needs at least {_SHORTEST} characters")
    try:
        old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        lines = [x for x in old if x.strip() and x.partition(":")[0] != name]
        lines.append(f"{name}:{hashed(password)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
        fresh.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error})") from None


class People:
    """Knows people by their cookies.

    Args:
        passwords: who may come in; None lets everybody in, each with things of their own.
    """

    def __init__(self, passwords: Passwords | None = None) -> None:
        self._passwords = passwords
        self._logins: dict[str, tuple[str, float]] = {}
        self._tries = Rate(10, 300)

    @property
    def closed(self) -> bool:
        """Whether one has to log in."""
        return self._passwords is not None

    def owner(self, cookies: Mapping[str, str]) -> str | None:
        """To whom things of this visitor belong; None for somebody who is nobody yet."""
        token = cookies.get(COOKIE, "")
        if not _TOKEN.fullmatch(token):
            return None
        key = _digest(token)
        if not self.closed:
            return f"visitor {key[:40]}"
        name, until = self._logins.get(key, ("", 0.0))
        return f"user {name}" if time.monotonic() < until else None

    def log_in(self, name: str, password: str, host: str) -> str:
        """A new cookie for the right password.

        Raises:
            UsageError: it is wrong, or was tried too often.
        """
        if wait := self._tries.take(f"{host} {name[:64]}"):
            raise UsageError(f"too many tries; wait {wait / 60:.0f} minutes")
        if self._passwords is None or not self._passwords.fits(name, password[:1024]):
            raise UsageError("name and password do not fit together")
        now = time.monotonic()
        self._logins = {k: v for k, v in self._logins.items() if v[1] > now}
        token = new_token()
        self._logins[_digest(token)] = (name, now + _LOGIN_SECONDS)
        return token

    def log_out(self, cookies: Mapping[str, str]) -> None:
        """Make a cookie worthless."""
        self._logins.pop(_digest(cookies.get(COOKIE, "")), None)


def new_token() -> str:
    """A cookie nobody can guess."""
    return secrets.token_urlsafe(32)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _well_formed(rest: str) -> bool:
    number = r"[1-9]\d{0,6}"
    data = r"[A-Za-z0-9+/=]{16,128}"
    return bool(re.fullmatch(rf"scrypt:{number}:{number}:{number}:{data}:{data}", rest))


def _fits(rest: str, password: str) -> bool:
    _, n, r, p, salt, digest = rest.split(":")
    made = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, base64.b64decode(digest))
