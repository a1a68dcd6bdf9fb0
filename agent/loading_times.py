"""How long a model took to load the last time on this machine, so that people know how long to wait."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from pathlib import Path

from ..media.private import private_file
from ..settings import Settings
from ..weights.resolve import resolve_pack

_MOST = 100
"""Models that are remembered; the one noted longest ago goes first."""


def expected_seconds(settings: Settings) -> float | None:
    """Seconds that loading these settings' models took the last time; None where it is the first."""
    seconds = _noted(_file(settings)).get(_key(settings))
    return seconds if isinstance(seconds, int | float) and math.isfinite(seconds) else None


def note_seconds(settings: Settings, seconds: float) -> None:
    """Remember it for the next time; where that cannot be written, nothing is lost."""
    path = _file(settings)
    noted = _noted(path)
    noted.pop(_key(settings), None)
    kept = dict([*noted.items(), (_key(settings), round(seconds, 1))][-_MOST:])
    with suppress(OSError):
        private_file(path)
        path.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def loading_words(settings: Settings) -> str:
    """For a terminal: "Loading the models (about 12 s, as last time)"."""
    seconds = expected_seconds(settings)
    told = "" if seconds is None else f" (about {math.ceil(seconds)} s, as last time)"
    return f"Loading the models{told} ..."


def _file(settings: Settings) -> Path:
    return settings.home / "cache" / "loading.json"


def _key(settings: Settings) -> str:
    return f"{resolve_pack(settings)} {settings.model}".strip()


def _noted(path: Path) -> dict[str, float]:
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}
