"""The page of the Python interface: every public name, in the words of its own docstring."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from ... import _HOMES

HEAD = """\
# Python

Every name that `from looktwice import ...` gives. Modules are loaded when a name is first used, so
importing the package costs nothing.
"""
_TITLES = {
    "agent.backends": "Models",
    "agent.verification": "Checks",
    "agent": "Asking",
    "control": "Stopping",
    "errors": "What can go wrong",
    "media": "Pictures",
    "retrieval.loaders": "Loaders",
    "retrieval.pages": "Loaders",
    "retrieval": "Documents",
    "schema": "Values",
    "settings": "Settings",
    "tools": "Tools",
}
"""Sections by where a name lives; the first that fits."""


def page() -> str:
    """One section a part of the program, each name by its real home."""
    sections: dict[str, list[str]] = {}
    for home, names in _HOMES.items():
        title = next(title for place, title in _TITLES.items() if home.startswith(place))
        sections.setdefault(title, []).extend(f"looktwice.{home}.{name}" for name in names)
    parts = [HEAD]
    for title, found in sections.items():
        parts += [f"## {title}\n", *(f"::: {name}\n" for name in found)]
    return "\n".join(parts)


def search_path() -> str:
    """A folder in which the package has its name, whatever its own folder is called.

    It holds the modules alone: what else lies in a working copy, an environment with all its packages
    for one, is not walked through.
    """
    root = Path(__file__).resolve().parents[2]
    folder = tempfile.mkdtemp(prefix="looktwice-docs-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    package = Path(folder) / "looktwice"
    package.mkdir()
    homes = {home.split(".")[0] for home in _HOMES}
    for path in (root / "__init__.py", *(root / home for home in homes)):
        module = path if path.exists() else path.with_suffix(".py")
        (package / module.name).symlink_to(module, target_is_directory=module.is_dir())
    return folder
