"""Names in Host headers: exactly a name and perhaps a port, or none."""

from __future__ import annotations

import pytest
from looktwice.ui.http.hosts import host_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("a:1", "a"),
        ("a", "a"),
        ("[::1]:8000", "::1"),
        ("[::1]", "::1"),
        ("", ""),
        ("LocalHost:8000", "localhost"),
        ("localhost:", "localhost"),
        ("my-machine_2.example", "my-machine_2.example"),
        ("a:b:1", ""),
        ("[::1].evil:80", ""),
        ("[::1]evil", ""),
        ("[::1", ""),
        ("::1", ""),
        ("[localhost]:80", ""),
        ("localhost:80:80", ""),
        ("localhost:port", ""),
        ("localhost:²", ""),
        ("user@localhost", ""),
        ("localhost/evil", ""),
        ("localhost\n", ""),
        (" localhost", ""),
    ],
)
def test_host_names(header: str, name: str) -> None:
    assert host_name(header) == name
