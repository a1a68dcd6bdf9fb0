"""What the doctor found, in a terminal."""

from __future__ import annotations

from looktwice.cli.findings import Finding
from looktwice.cli.show.findings import show_findings

from .show_kit import shown


def test_findings_show_what_mends_them() -> None:
    found = [
        Finding("python", True, "3.12"),
        Finding("gradio", False, "3.1 [old]", 'python -m pip install "gradio>=6.0"'),
    ]
    lines = shown(lambda c: show_findings(found, c)).splitlines()
    assert lines[0].split() == ["ok", "python", "3.12"]
    assert lines[1].split() == ["mend", "gradio", "3.1", "[old]"]
    assert lines[2].strip() == 'python -m pip install "gradio>=6.0"'
