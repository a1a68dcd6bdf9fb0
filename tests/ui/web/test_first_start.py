"""What the page offers where the model in use cannot see."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.ui.web.first_start import seeing_model
from looktwice.ui.web.html.components import welcome
from looktwice.weights import hardware, memory
from looktwice.weights.packs import LAPTOP

from ...agent.kit import Script, make_assistant


@pytest.mark.parametrize(("gigabytes", "fits"), [(2, False), (16, True)])
def test_a_model_that_sees_is_offered_where_one_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gigabytes: int, fits: bool
) -> None:
    monkeypatch.setattr(memory, "fit_here", lambda: None)
    monkeypatch.setattr(hardware, "ram_bytes", lambda: gigabytes * 10**9)
    with make_assistant(tmp_path, Script()) as assistant:
        offered = seeing_model(assistant)
    assert (offered in dict(LAPTOP)) is fits
    assert ("looktwice models choose --take" in welcome((), offered)) is fits


def test_nothing_is_offered_to_one_that_sees(tmp_path: Path) -> None:
    with make_assistant(tmp_path, Script().model(sees_images=True)) as assistant:
        assert seeing_model(assistant) == ""
