"""Pictures are shown by terminals that can, and by nothing else."""

from __future__ import annotations

import io

import pytest
from looktwice.cli.show.pictures import show_pictures
from PIL import Image
from rich.console import Console


def shown(terminal: bool) -> str:
    out = io.StringIO()
    show_pictures([Image.new("RGB", (60, 40), "red")], Console(file=out, force_terminal=terminal))
    return out.getvalue()


def test_only_a_terminal_that_can_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    renderable = pytest.importorskip("textual_image.renderable")
    monkeypatch.setattr(renderable, "Image", renderable.HalfcellImage)
    assert shown(terminal=True) == ""
    monkeypatch.setattr(renderable, "Image", renderable.SixelImage)
    assert shown(terminal=False) == ""
    assert "\x1bP" in shown(terminal=True)  # the beginning of Sixel data
