"""`looktwice index serve`."""

from __future__ import annotations

import socket

import pytest
from looktwice.cli.index.serve import check_address

from ..cli_kit import Run


def test_serve_refuses_an_address_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", port)
    assert done.code == 2
    assert str(port) in done.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "my-machine", "[::1]"])
def test_serve_lets_no_other_machines_in_without_being_told(run: Run, host: str) -> None:
    done = run("serve", "--host", host)
    assert done.code == 2
    assert "--without-password" in done.err


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_needs_no_password(host: str) -> None:
    check_address(host, without_password=False)


def test_a_closed_network_may_be_meant() -> None:
    check_address("0.0.0.0", without_password=True)
