"""`looktwice index serve`."""

from __future__ import annotations

import socket

from ..cli_kit import Run


def test_serve_refuses_an_address_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", port)
    assert done.code == 2
    assert str(port) in done.err
