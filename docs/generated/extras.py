"""The page of extras: what `pip install 'looktwice[NAME]'` adds, out of pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from ...extensions.extras import PURPOSES
from .tables import table

HEAD = """\
# Extras

This page is written by the program. An extra is added with `pip install 'looktwice[NAME]'`; several stand
between the brackets with commas. [Install what you need](../how-to/install.md) says how to begin.
"""
_PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def page() -> str:
    """One row an extra: what it is for, and the packages it brings."""
    project = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]
    brought = project["optional-dependencies"]
    rows = [(f"`{e}`", purpose, _names(brought[e])) for e, purpose in PURPOSES.items()]
    core = f"## The core\n\nAlways there: {_names(project['dependencies'])}.\n"
    return f"{HEAD}\n{table(['extra', 'for', 'brings'], rows)}\n{core}"


def _names(requirements: list[str]) -> str:
    """The packages without their versions; an extra of ours by its name."""
    return ", ".join(re.split(r"[<>=!~ ;]", text)[0] for text in requirements)
