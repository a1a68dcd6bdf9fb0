"""A home of its own for a run, so that its conversations and indexes do not stay among the user's."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..settings import Settings

HOME = "home"
"""In the run's folder; needed as long as questions are left, since conversations go on there."""
_SHARED = ("weights", "cache", "store")
"""Of the user's home; a model that is shared by several runs looks for pictures in that store."""


def with_own_home(settings: Settings, out: Path) -> Settings:
    """The settings with the run's own home, in which only sessions and indexes are new.

    Where links cannot be made (Windows without the right to), the settings as they are.
    """
    home = (out / HOME).resolve()
    home.mkdir(parents=True, exist_ok=True)
    try:
        for name in _SHARED:
            theirs = settings.home.resolve() / name
            theirs.mkdir(parents=True, exist_ok=True)
            if not (home / name).is_symlink():
                (home / name).symlink_to(theirs, target_is_directory=True)
    except OSError:
        return settings
    return settings.model_copy(update={"home": home})


def remove_home(out: Path) -> None:
    """Remove the run's home; what it shares with the user's stays (links are not followed)."""
    shutil.rmtree(out / HOME, ignore_errors=True)
