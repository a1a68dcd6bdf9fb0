"""Fixtures of the backends' tests."""

from __future__ import annotations

import pytest

from .fake_server import FakeServer


@pytest.fixture
def server(fake_server: FakeServer) -> FakeServer:
    """A fake OpenAI-compatible server on loopback."""
    return fake_server
