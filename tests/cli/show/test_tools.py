"""Tools in a terminal; and lists as JSON."""

from __future__ import annotations

import json

import pytest
from looktwice.cli.findings import Finding
from looktwice.cli.show.findings import show_findings
from looktwice.cli.show.tools import show_tools
from looktwice.cli.show.weights import show_weights
from looktwice.cli.terminal import console
from looktwice.tools.base import tool

from .show_kit import shown
from .test_weights import weight


def test_tools() -> None:
    @tool
    def weigh(what: str) -> float:
        """Weigh [a] thing.

        Args:
            what: the thing.
        """
        return float(len(what))

    lines = shown(lambda c: show_tools([weigh], c)).splitlines()
    assert lines[1].split() == ["weigh", "what", "Weigh", "[a]", "thing."]


def test_json_is_printed_plain_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    plain = console()
    show_weights([weight(detail="[red]" + "x" * 500)], plain, as_json=True)
    show_findings([Finding("größe", True, "[/]")], plain, as_json=True)
    show_tools([], plain, as_json=True)
    lines = capsys.readouterr().out.splitlines()
    weights, findings, tools = map(json.loads, lines)
    assert weights[0]["detail"] == "[red]" + "x" * 500
    assert weights[0]["path"] == "here"
    assert findings == [{"name": "größe", "ok": True, "found": "[/]", "mend": ""}]
    assert tools == []
