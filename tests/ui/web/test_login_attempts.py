"""Guessing is slowed by address and by name; who knows the password comes in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.ui.web.login_attempts import LoginAttempts, network_of
from looktwice.ui.web.passwords import PasswordFile, add_user

from .page_kit import wait_until


class Known(PasswordFile):
    """Passwords that cost nothing to check: each is the name's own."""

    def __init__(self, during: Callable[[], object] = lambda: None) -> None:
        self.checked = 0
        self._during = during

    def verify(self, name: str, password: str) -> bool:
        self.checked += 1
        self._during()
        return name == password


def wrong(attempts: LoginAttempts, name: str, host: str) -> str:
    with pytest.raises(UsageError) as caught:
        attempts.check(name, "guess", host)
    return str(caught.value)


def test_many_names_from_one_address_are_slowed() -> None:
    attempts = LoginAttempts(Known())
    said = [wrong(attempts, f"name{at}", "1.2.3.4") for at in range(150)]
    assert sum("do not fit" in words for words in said) == 100
    assert "too many tries" in said[-1]
    attempts.check("ann", "ann", "5.6.7.8")


def test_one_name_from_many_addresses_is_slowed() -> None:
    attempts = LoginAttempts(Known())
    said = [wrong(attempts, "ann", f"1.2.3.{at}") for at in range(150)]
    assert sum("do not fit" in words for words in said) == 100


def test_one_name_from_one_address_is_slowed_soonest_and_its_owner_comes_in_elsewhere() -> None:
    attempts = LoginAttempts(Known())
    said = [wrong(attempts, "ann", "1.2.3.4") for _ in range(20)]
    assert sum("do not fit" in words for words in said) == 10
    attempts.check("ann", "ann", "5.6.7.8")


def test_right_passwords_behind_one_proxy_are_not_counted() -> None:
    attempts = LoginAttempts(Known())
    for _ in range(300):
        attempts.check("ann", "ann", "10.0.0.1")


def test_addresses_of_one_network_of_ipv6_are_one() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2%eth0")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("1.2.3.4") != network_of("1.2.3.5")
    assert len(network_of("x" * 1000)) == 64


def test_checking_has_threads_of_its_own_and_an_end_to_its_line() -> None:
    release = threading.Event()
    known = Known(lambda: release.wait(20))
    attempts = LoginAttempts(known)
    waiting = [
        threading.Thread(target=attempts.check, args=(f"n{at}", f"n{at}", f"9.9.9.{at}"))
        for at in range(34)
    ]
    for thread in waiting:
        thread.start()
    wait_until(lambda: attempts._waiting == 34 and known.checked == 2)
    assert "many are logging in" in wrong(attempts, "ann", "1.2.3.4")
    assert known.checked == 2
    release.set()
    for thread in waiting:
        thread.join(20)
    assert known.checked == 34


def test_real_passwords_are_checked(tmp_path: Path) -> None:
    add_user(tmp_path / "users", "ann", "correct horse")
    attempts = LoginAttempts(PasswordFile(tmp_path / "users"))
    attempts.check("ann", "correct horse", "1.2.3.4")
    assert "do not fit" in wrong(attempts, "ann", "1.2.3.4")
