"""The page of packages: what belongs where, in the words of each package's own docstring."""

from __future__ import annotations

import ast
from pathlib import Path

from .tables import table

ROOT = Path(__file__).parents[2]
HEAD = """\
# Packages

This page is written by the program, from the first line of each file. The
[architecture](../architecture.md) says who may import whom.
"""
_HIDDEN = {"tests", "build", "dist", "docs", "examples"}


def page() -> str:
    """One table a top folder, one row a file."""
    parts = [HEAD, "## The root\n", _files(ROOT)]
    for folder in folders():
        parts += [f"## {folder.as_posix()}\n", summary(ROOT / folder / "__init__.py") + "\n"]
        parts.append(_files(ROOT / folder))
    return "\n".join(parts)


def folders() -> list[Path]:
    """Every package, relative to the root."""
    inside = [p.parent.relative_to(ROOT) for p in sorted(ROOT.rglob("__init__.py"))]
    return [f for f in inside if f.parts and not _HIDDEN & set(f.parts) and f.parts[0][0] != "."]


def _files(folder: Path) -> str:
    files = [p for p in sorted(folder.glob("*.py")) if p.name != "__init__.py"]
    return table(["file", "what it is"], [(f"`{p.name}`", summary(p)) for p in files])


def summary(path: Path) -> str:
    """The first paragraph of a file's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split())
