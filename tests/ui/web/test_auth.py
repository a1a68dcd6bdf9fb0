"""Who is who: logins and cookies."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.ui.web.auth import COOKIE, Authentication, new_token
from looktwice.ui.web.passwords import PasswordFile, add_user


def test_a_login_opens_ends_and_cannot_be_guessed_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "users"
    add_user(path, "ann", "correct horse")
    authentication = Authentication(PasswordFile(path))
    token = authentication.log_in("ann", "correct horse", "1.2.3.4")
    assert authentication.owner({COOKIE: token}) == "user ann"
    assert authentication.owner({COOKIE: new_token()}) is None
    authentication.log_out({COOKIE: token})
    assert authentication.owner({COOKIE: token}) is None
    for _ in range(10):
        with pytest.raises(UsageError, match="do not fit"):
            authentication.log_in("eve", "guess", "1.2.3.4")
    with pytest.raises(UsageError, match="too many"):
        authentication.log_in("eve", "guess", "1.2.3.4")


def test_without_passwords_a_browser_is_somebody_and_nonsense_is_nobody() -> None:
    authentication = Authentication()
    token = new_token()
    assert authentication.owner({COOKIE: token}) == authentication.owner({COOKIE: token})
    assert authentication.owner({COOKIE: token}) != authentication.owner({COOKIE: new_token()})
    for odd in ("", "x", "../../etc", token + "x", "a" * 10_000):
        assert authentication.owner({COOKIE: odd}) is None
