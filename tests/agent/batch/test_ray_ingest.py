"""Documents added by a Ray cluster of this machine."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import UsageError
from looktwice.retrieval.index import Index
from looktwice.settings import Settings
from PIL import Image

from . import index_kit as ik

SHADES = range(0, 200, 10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures, the first of which cannot be read, and a text."""
    made = tmp_path / "documents"
    made.mkdir()
    for shade in SHADES:
        Image.new("RGB", (64 + shade, 64), (shade, 9, 9)).save(made / f"{shade:03}.png")
    (made / "notes.txt").write_text("The lease ends on 30 June 2027.\n", "utf-8")
    return made


def add(
    index: Path, settings: Settings, models: Any, paths: Sequence[Path], tell: Any = None
) -> Any:
    with Index.open(
        index,
        settings,
        write=True,
        scan_reader=models.eyes,
        text=models.text,
        picture=models.picture,
    ) as opened:
        return opened.add(paths, workers=2, on_progress=tell)


def pages(index: Path, settings: Settings, models: Any) -> dict[str, str]:
    with Index.open(index, settings, text=models.text, picture=models.picture) as opened:
        assert opened.search("shade number 50")
        return {d.name: opened.page(d.name, 1).text for d in opened.documents()}


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra ray")
def test_a_cluster_makes_the_same_index_also_when_a_worker_is_killed(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from looktwice.agent.batch.ray_ingest import ActorPool, cluster_models

    settings = Settings(home=tmp_path / "home", offline=True, pack="starter")
    own = ik.models(settings)
    here = add(tmp_path / "here", settings, own, [folder])
    killed: list[int] = []

    with closing(ActorPool(ik.spec(settings), 2)) as pool:

        def kill(progress: Any) -> None:
            if progress.files_done >= 5 and not killed:
                killed.append(pool.processes[0])
                os.kill(pool.processes[0], signal.SIGKILL)

        models = cluster_models(pool, own)
        there = add(tmp_path / "there", settings, models, [folder], kill)
    assert killed
    assert capfd.readouterr().out == ""  # that belongs to --json
    assert sorted(there.added) == sorted(here.added)
    assert len(there.added) == len(SHADES) + 1
    assert there.failed == here.failed
    assert "too dark" in there.failed[0][1]
    assert pages(tmp_path / "there", settings, own) == pages(tmp_path / "here", settings, own)


def test_without_ray_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from looktwice.agent.batch.ray_ingest import ray_ingest_models

    monkeypatch.setitem(sys.modules, "ray", None)
    settings = Settings(home=tmp_path, offline=True, pack="starter")
    with pytest.raises(UsageError, match=r"looktwice\[ray\]"), ray_ingest_models(settings, 2, None):
        pass
