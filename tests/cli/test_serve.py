"""`looktwice serve` and `looktwice mcp`: which server is started, with what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from looktwice.ui.mcp_server import launch as mcp_launch
from looktwice.ui.openai_server import launch as openai_launch

from .cli_kit import Run

MODEL = "http://127.0.0.1:9/v1"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What servers were started with, in place of starting them."""
    calls: list[tuple[Any, ...]] = []
    for module, name in (
        (openai_launch, "serve"),
        (mcp_launch, "serve_http"),
        (mcp_launch, "serve_stdio"),
    ):
        monkeypatch.setattr(module, name, lambda *given, name=name: calls.append((name, *given)))
    return calls


@pytest.mark.usefixtures("elsewhere")
def test_the_openai_compatible_server(run: Run, started: list[tuple[Any, ...]]) -> None:
    assert run("serve", "--port", 81, "--model", MODEL, "--api-key-file", "keys").code == 0
    ((name, settings, *rest),) = started
    assert (name, settings.model) == ("serve", MODEL)
    assert rest == ["127.0.0.1", 81, None, Path("keys")]


@pytest.mark.usefixtures("elsewhere")
def test_mcp_over_pipes_and_over_http(run: Run, started: list[tuple[Any, ...]]) -> None:
    assert run("mcp", "--index", "ix", "--allow", "a", "--allow", "b").code == 0
    assert run("mcp", "--http", "--host", "::1", "--allow", "a").code == 0
    (pipes, _, *piped), (http, _, *served) = started
    assert (pipes, http) == ("serve_stdio", "serve_http")
    assert piped == [Path("ix"), (Path("a"), Path("b"))]
    assert served == ["::1", 8001, None, (Path("a"),), None]
