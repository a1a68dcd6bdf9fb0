"""Views beside the conversation."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import BadInput
from looktwice.schema import Box
from looktwice.ui.web.viewer import crop_of

from ...agent.kit import make_assistant, picture


def test_a_region_is_cut_out_and_one_without_size_is_refused(home: Path) -> None:
    with make_assistant(home) as assistant:
        whole = assistant.store.add(picture(40, side=200))
        crop = crop_of(assistant.store, whole, Box(x1=-9, y1=20, x2=100, y2=80))
        assert crop.original == whole.sha256
        assert crop.local(Box(x1=0, y1=20, x2=100, y2=80))[:2] == (0, 0)
        with pytest.raises(BadInput, match="too small"):
            crop_of(assistant.store, whole, Box(x1=5, y1=5, x2=6, y2=90))
