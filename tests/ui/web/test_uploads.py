"""Files that browsers send."""

from __future__ import annotations

from pathlib import Path

from looktwice.ui.web.uploads import remove_old_uploads


def test_forgotten_uploads_are_cleaned_up_and_fresh_ones_stay(tmp_path: Path) -> None:
    import os

    for name, age in (("old", 100), ("new", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"x")
        now = (tmp_path / name).stat().st_mtime
        os.utime(tmp_path / name, (now - age, now - age))
    remove_old_uploads(tmp_path, 60)
    assert [p.name for p in tmp_path.iterdir()] == ["new"]
    remove_old_uploads(tmp_path / "missing", 60)
