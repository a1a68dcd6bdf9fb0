"""Names of files that come from outside."""

from __future__ import annotations

import re

_LONGEST = 100
_LONGEST_ENDING = 16
_SEPARATOR = re.compile(r"[/\\]")


def last_part(path: str) -> str:
    """The last part of a path, whichever system wrote it."""
    return _SEPARATOR.split(path)[-1]


def safe_name(name: str, nameless: str = "file") -> str:
    """A file name from outside without folders, control characters and leading points.

    Args:
        name: as it came.
        nameless: what it is called where nothing is left of it.
    """
    clean = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in last_part(name))
    stem, dot, ending = clean.strip(" .").rpartition(".")
    if not dot:
        return ending[:_LONGEST] or nameless
    ending = ending[:_LONGEST_ENDING]
    return f"{stem[: _LONGEST - len(ending)] or nameless}.{ending}"
