"""API keys: read from files, recognised, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.ui.http.api_keys import ApiKeys

from ..api_kit import KEY


def test_keys_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# ours\n\n  {KEY}  \nanother-key-of-16-characters\n")
    keys = ApiKeys.from_file(file)
    assert len(keys) == 2
    assert keys.identify(f"Bearer {KEY}") == 1
    assert keys.identify(f"bearer  {KEY}") == 1
    assert keys.identify("Bearer another-key-of-16-characters") == 2
    for wrong in ("", KEY, f"Basic {KEY}", f"Bearer {KEY[:-1]}", "Bearer \udce4", "Bearer"):
        assert keys.identify(wrong) is None
    assert KEY not in repr(vars(keys))


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "holds none"), ("# only words\n", "holds none"), ("short\n", "at least 16")],
)
def test_wrong_key_files(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "keys").write_text(text)
    with pytest.raises(UsageError, match=why):
        ApiKeys.from_file(tmp_path / "keys")
    with pytest.raises(UsageError, match="cannot be read"):
        ApiKeys.from_file(tmp_path / "nothing")
