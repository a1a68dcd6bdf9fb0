"""Addresses of model servers, as people write them."""

from __future__ import annotations

import pytest
from looktwice.errors import UsageError
from looktwice.weights.addresses import base_url, is_loopback, shown


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("localhost:8000", "http://localhost:8000/v1"),
        ("http://h:1/", "http://h:1/v1"),
        ("http://h:1/v1/", "http://h:1/v1"),
        ("https://h/api/v1/chat/completions", "https://h/api/v1"),
        ("https://h/v1/embeddings", "https://h/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_addresses_as_people_write_them(given: str, url: str) -> None:
    assert base_url(given) == url


@pytest.mark.parametrize("given", ["", "ftp://h/v1", "http://", "file:///etc/passwd"])
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(UsageError, match="expected an address"):
        base_url(given)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://127.9.9.9/v1", True),
        ("http://[::1]/v1", True),
        ("http://localhost/v1", True),
        ("http://localhost.example.org/v1", False),
        ("http://0.0.0.0.example.org/v1", False),
        ("http://10.0.0.1/v1", False),
        ("http://127.0.0.1@example.org/v1", False),
    ],
)
def test_what_counts_as_this_machine(url: str, local: bool) -> None:
    assert is_loopback(url) is local


def test_a_password_in_the_address_is_not_shown() -> None:
    assert shown("http://me:secret@host:1/v1") == "http://host:1/v1"
