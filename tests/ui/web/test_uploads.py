"""Files that browsers send."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.ui.web.uploads import remove_old_uploads, safe_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\a.pdf", "a.pdf"),
        (".hidden", "hidden"),
        ("a\x00b\n.pdf", "a_b_.pdf"),
        ("<script>.pdf", "_script_.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 97 + ".pdf"),
    ],
)
def test_file_names_lead_nowhere(given: str, safe: str) -> None:
    assert safe_name(given) == safe


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
