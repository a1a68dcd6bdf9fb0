"""Who is asking: a cookie for everybody, names and passwords where a login is required.

Without passwords each browser is a user of its own, known by a random cookie. With them, the cookie
stands for a name until it is logged out. Cookies are never stored, only their hashes.
"""

from __future__ import annotations

import getpass
import hashlib
import re
import secrets
import time
from collections.abc import Mapping

from ...errors import UsageError
from .login_attempts import LoginAttempts
from .passwords import PasswordFile

COOKIE = "looktwice"
LOGIN_SECONDS = 12 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Authentication:
    """Knows users by their cookies.

    Args:
        passwords: who may come in; None lets everybody in, each with things of their own.
    """

    def __init__(self, passwords: PasswordFile | None = None) -> None:
        self._passwords = passwords
        self._logins: dict[str, tuple[str, float]] = {}
        self._attempts = None if passwords is None else LoginAttempts(passwords)

    @property
    def required(self) -> bool:
        """Whether one has to log in."""
        return self._passwords is not None

    def owner(self, cookies: Mapping[str, str]) -> str | None:
        """The user of a request's cookies, as the owner of chats and documents; None for nobody yet."""
        token = cookies.get(COOKIE, "")
        if not _TOKEN.fullmatch(token):
            return None
        key = _digest(token)
        if not self.required:
            return f"visitor {key[:40]}"
        name, until = self._logins.get(key, ("", 0.0))
        return f"user {name}" if time.monotonic() < until else None

    def name(self, owner: str) -> str:
        """What a user is called: the name of the login, or of the account that runs the program.

        Without logins the page serves this machine only.
        """
        kind, _, name = owner.partition(" ")
        if kind == "user":
            return name
        try:
            return getpass.getuser()
        except (KeyError, OSError):  # an account without a name, as in some containers
            return "somebody"

    def log_in(self, name: str, password: str, host: str) -> str:
        """A new cookie for the right password.

        Raises:
            UsageError: it is wrong, or was tried too often.
        """
        if self._attempts is None:
            raise UsageError("nobody has to log in here")
        self._attempts.check(name, password, host)
        now = time.monotonic()
        self._logins = {k: v for k, v in self._logins.items() if v[1] > now}
        token = new_token()
        self._logins[_digest(token)] = (name, now + LOGIN_SECONDS)
        return token

    def log_out(self, cookies: Mapping[str, str]) -> None:
        """Make a cookie worthless."""
        self._logins.pop(_digest(cookies.get(COOKIE, "")), None)


def new_token() -> str:
    """A cookie nobody can guess."""
    return secrets.token_urlsafe(32)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
