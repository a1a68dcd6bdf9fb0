"""Password files."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.ui.web.passwords import PasswordFile, add_user


def test_a_password_file_holds_hashes_and_lets_only_the_right_ones_in(tmp_path: Path) -> None:
    path = tmp_path / "users"
    add_user(path, "ann", "correct horse")
    add_user(path, "bob", "battery staple")
    add_user(path, "ann", "another horse")
    text = path.read_text()
    assert "horse" not in text
    assert len(text.splitlines()) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    known = PasswordFile(path)
    assert known.verify("ann", "another horse")
    assert not known.verify("ann", "correct horse")
    assert not known.verify("bob", "another horse")
    assert not known.verify("eve", "another horse")


@pytest.mark.parametrize(
    ("name", "password"), [("a b", "long enough"), ("ann", "short"), ("", "x" * 9)]
)
def test_names_and_passwords_that_cannot_be_used(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(UsageError):
        add_user(tmp_path / "users", name, password)


@pytest.mark.parametrize("text", ["", "ann:secret\n", "ann:scrypt:1:2:3\n", "\n\n"])
def test_a_file_that_is_none_says_how_to_make_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "users"
    path.write_text(text)
    with pytest.raises(UsageError):
        PasswordFile(path)
