"""What belongs to one person cannot be read by other accounts of the machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from looktwice.media.private import make_private, mend_home, private_file

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    """As most accounts have it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_are_made_private_with_their_parents(tmp_path: Path) -> None:
    make_private(tmp_path / "a" / "b")
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700


def test_folders_that_are_there_keep_what_they_were_given(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir(mode=0o755)
    make_private(tmp_path / "shared" / "mine")
    make_private(tmp_path / "shared")
    assert (mode(tmp_path / "shared"), mode(tmp_path / "shared" / "mine")) == (0o755, 0o700)


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make_private(tmp_path / "file")


def test_files_are_made_private(tmp_path: Path) -> None:
    private_file(tmp_path / "home" / "x.db")
    assert mode(tmp_path / "home" / "x.db") == 0o600
    (tmp_path / "home" / "x.db").write_text("kept")
    private_file(tmp_path / "home" / "x.db")
    assert (tmp_path / "home" / "x.db").read_text() == "kept"


def test_a_home_of_an_earlier_version_is_mended_and_its_weights_are_not(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for folder in ("store", "uploads", "weights"):
        (home / folder).mkdir(parents=True, mode=0o755)
    for file in ("sessions.db", "sessions.db-wal", "weights/model.gguf", "looktwice.toml"):
        (home / file).touch(mode=0o644)
    mend_home(home)
    for name in ("", "store", "uploads"):
        assert mode(home / name) == 0o700
    for name in ("sessions.db", "sessions.db-wal", "looktwice.toml"):
        assert mode(home / name) == 0o600
    assert (mode(home / "weights"), mode(home / "weights/model.gguf")) == (0o755, 0o644)


def test_a_folder_for_all_and_one_that_is_not_there_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "all").chmod(0o1777)
    mend_home(tmp_path / "all")
    mend_home(tmp_path / "nowhere")
    assert mode(tmp_path / "all") == 0o1777
