"""`looktwice clean`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from looktwice.media.store import Store
from PIL import Image

from .cli_kit import Run

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_clean_tells_first_and_removes_where_that_is_said(run: Run, home: Path) -> None:
    store = Store(home / "store")
    path = store.path(store.add(Image.new("RGB", (9, 9))))
    assert "needed by nothing" in run("clean").out  # it was used just now
    os.utime(path, (0, 0))
    told = run("clean")
    assert (told.code, path.is_file()) == (0, True)
    assert "1 picture and 0 uploads" in told.out
    assert "--yes" in told.out
    removed = json.loads(run("clean", "--yes", "--json").out)
    assert removed["files"] == [str(path)]
    assert removed["bytes"] > 0
    assert not path.exists()


def test_documents_of_questions_go_by_age_as_a_whole(run: Run, home: Path) -> None:
    for place in ("given/a/catalog.db", "given/a/vectors/1", "given/b/catalog.db"):
        (home / place).parent.mkdir(parents=True, exist_ok=True)
        (home / place).touch()
    for place in ("given/a/catalog.db", "given/a/vectors/1"):
        os.utime(home / place, (0, 0))
    (home / "given" / "b" / "old").touch()
    os.utime(home / "given" / "b" / "old", (0, 0))
    done = run("clean", "--yes")
    assert "2 files of documents" in done.out
    assert [path.name for path in (home / "given").iterdir()] == ["b"]
    assert (home / "given" / "b" / "old").exists()
