"""Where a command of evaluation keeps what it asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.cli.evaluate.plans import RUNS, contest_folder


def test_a_contest_that_an_earlier_version_began_goes_on_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert contest_folder("starter-limit6") == RUNS / "baselines-starter-limit6"
    (RUNS / "peers-starter-limit6").mkdir(parents=True)
    assert contest_folder("starter-limit6") == RUNS / "peers-starter-limit6"
