"""A server's socket."""

from __future__ import annotations

import pytest
from looktwice.errors import UsageError
from looktwice.ui.http.server import address_of, bind, keep_memory_together


def test_a_port_that_is_taken_is_told() -> None:
    with bind("127.0.0.1", 0) as first:
        first.listen()
        with pytest.raises(UsageError, match="try another"):
            bind("127.0.0.1", first.getsockname()[1])


def test_the_address_of_a_socket_is_one_to_click() -> None:
    with bind("127.0.0.1", 0) as bound:
        assert address_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_memory_is_kept_together_without_harm() -> None:
    keep_memory_together()
    keep_memory_together()
