"""The batch on a Ray cluster of this machine."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.batch.runner import Batch, BatchOptions
from looktwice.errors import UsageError

from . import batch_kit as bk


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra ray")
def test_a_cluster_answers_as_this_process_does_also_when_a_worker_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from looktwice.agent.batch.ray import RayEngine

    tasks, here, there = (tmp_path / name for name in ("tasks.jsonl", "here.jsonl", "there.jsonl"))
    ids = bk.write_tasks(tasks, 100)
    settings = bk.settings_in(tmp_path / "home")
    bk.run_batch(tasks, here, settings, workers=2)
    killed: list[int] = []

    with (
        Batch(tasks, there, settings, BatchOptions(workers=2)) as batch,
        closing(RayEngine([bk.spec(tmp_path / "home")] * 2)) as engine,
    ):

        def kill(progress: Any) -> None:
            if progress.done == 30:
                killed.append(engine.processes[0])
                os.kill(engine.processes[0], signal.SIGKILL)

        addresses = listening()
        summary = batch.run(engine, kill)
    assert addresses
    assert {ipaddress.ip_address(a.removeprefix("::ffff:")).is_loopback for a in addresses} == {
        True
    }
    assert killed
    assert summary.failed == ()

    def texts(path: Path) -> dict[str, str]:
        return {line["id"]: line["text"] for line in bk.results_in(path)}

    assert sorted(line["id"] for line in bk.results_in(there)) == sorted(ids)
    assert texts(there) == texts(here)


def listening() -> list[str]:
    """Addresses that this process and what it started listen at."""
    import psutil

    me = psutil.Process()
    return [
        connection.laddr.ip
        for process in (me, *me.children(recursive=True))
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def test_without_a_cluster_at_the_address_it_says_so(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    from looktwice.agent.batch.ray import RayEngine

    with pytest.raises(UsageError, match="no cluster 127"):
        RayEngine([bk.spec(tmp_path)], "127.0.0.1:1")
