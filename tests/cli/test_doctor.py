"""`looktwice doctor`."""

from __future__ import annotations

import json

import pytest

from .cli_kit import Run

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_doctor(run: Run) -> None:
    done = run("doctor", "--json")
    found = json.loads(done.out)
    assert done.code == (0 if all(f["ok"] for f in found) else 1)
    assert done.code == 1  # the weights are missing in this empty home
    missing = [f for f in found if f["name"].startswith("weights ")]
    assert missing
    assert all(f["mend"].startswith("looktwice models pull") for f in missing)
    shown = run("doctor").out
    assert all(f["name"].split()[-1] in shown for f in found)
