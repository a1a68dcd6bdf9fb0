"""Pictures inside JSON."""

from __future__ import annotations

import pytest
from looktwice.errors import BadInput
from looktwice.ui.http.data_url import decode_data_url


def test_base64_is_decoded() -> None:
    assert decode_data_url("data:image/png;base64,aGVsbG8=", "x") == b"hello"
    assert decode_data_url("data:image/svg+xml;charset=utf-8;base64,aGVsbG8=", "x") == b"hello"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "expected a picture as data:"),
        ("data:image/png,hello", "expected a picture as data:"),
        ("data:;base64,aGVsbG8=", "expected a picture as data:"),
        ("http://a/b.png", "expected a picture as data:"),
        ("data:image/png;base64,@@", "base64 is broken"),
        ("data:image/png;base64,aGVsbG8", "base64 is broken"),
        ("data:image/png;base64,aGVs bG8=", "base64 is broken"),
    ],
)
def test_everything_else_is_named(address: str, why: str) -> None:
    with pytest.raises(BadInput, match=f"picture 1: .*{why}"):
        decode_data_url(address, "picture 1")
