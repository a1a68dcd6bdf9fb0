"""Who may import whom among the servers, read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from looktwice import ui

ROOT = Path(ui.__file__).parent
ALLOWED = {
    "http": {"http"},
    "web": {"web", "http"},
    "openai_server": {"openai_server", "http"},
    "mcp_server": {"mcp_server", "http"},
    "service": {"service", "http"},
}
"""What the servers share sits in http; none knows another."""


def imported(path: Path) -> set[str]:
    """The packages of ui that a file imports from."""
    parents = path.relative_to(ROOT).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and 0 < node.level <= len(parents) + 1:
            place = (*parents[: len(parents) + 1 - node.level], *(node.module or "").split("."))
            found.add(place[0])
    return found - {""}


@pytest.mark.parametrize("package", ALLOWED)
def test_servers_share_http_and_know_nothing_of_each_other(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files
    for path in files:
        assert imported(path) <= ALLOWED[package], path


def test_every_package_of_ui_has_its_rule() -> None:
    assert {p.parent.name for p in ROOT.glob("*/__init__.py")} == set(ALLOWED)
