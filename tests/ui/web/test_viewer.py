"""Views beside the conversation."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from looktwice.errors import BadInput
from looktwice.schema import Box
from looktwice.ui.web.viewer import Viewer, crop_of

from ...agent.kit import make_assistant, picture


def test_a_region_is_cut_out_and_one_without_size_is_refused(home: Path) -> None:
    with make_assistant(home) as assistant:
        whole = assistant.store.add(picture(40, side=200))
        crop = crop_of(assistant.store, whole, Box(x1=-9, y1=20, x2=100, y2=80))
        assert crop.original == whole.sha256
        assert crop.local(Box(x1=0, y1=20, x2=100, y2=80))[:2] == (0, 0)
        with pytest.raises(BadInput, match="too small"):
            crop_of(assistant.store, whole, Box(x1=5, y1=5, x2=6, y2=90))


def test_only_videos_of_ones_own_are_played(tmp_path: Path) -> None:
    for name in ("clip.mp4", "a.pdf"):
        (tmp_path / name).write_bytes(b"0")
    kinds = {"clip.mp4": "video", "gone.mp4": "video", "a.pdf": "pdf"}

    def document(name: str) -> Any:
        return SimpleNamespace(type=kinds[name], path=str(tmp_path / name))

    mine: Any = SimpleNamespace(
        index=lambda owner: SimpleNamespace(document=document) if owner == "me" else None
    )
    store: Any = None
    viewer = Viewer(store, store, mine)
    assert viewer.film("me", "clip.mp4") == tmp_path / "clip.mp4"
    for owner, name in (("me", "a.pdf"), ("me", "gone.mp4"), ("you", "clip.mp4")):
        with pytest.raises(BadInput, match="none of your videos"):
            viewer.film(owner, name)
