"""What users set for their own questions."""

from __future__ import annotations

from pathlib import Path

from looktwice.settings import Checks, Settings
from looktwice.ui.web.preferences import Preferences, check_names, preferred


def test_budgets_only_become_smaller_and_checks_only_fewer(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, checks=Checks(disabled=("names",)))
    same = preferred(settings, Preferences())
    assert (same.limits, same.checks) == (settings.limits, settings.checks)
    names = check_names(settings)
    assert "names" not in names
    assert "numbers" in names
    kept = [name for name in names if name != "numbers"]
    changed = preferred(settings, Preferences([*kept, "names", "nonsense"], 1e9, -5))
    assert set(changed.checks.disabled) == {"names", "numbers"}
    assert changed.limits.seconds == settings.limits.seconds
    assert changed.limits.rounds == 0
    assert preferred(settings, Preferences(seconds=20)).limits.seconds == 20
