"""Reading Google-style docstrings, as far as tools need it."""

from __future__ import annotations

import re

_SECTION = re.compile(r"^(Args|Arguments|Returns|Yields|Raises|Note|Notes|Example|Examples):\s*$")
_ENTRY = re.compile(r"^(\s*)\*{0,2}(\w+)(?:\s*\([^)]*\))?:\s*(.*)$")


def split_docstring(text: str) -> tuple[str, dict[str, str]]:
    """What a function is for, and what is said about each of its arguments.

    Args:
        text: a docstring with its common indentation removed (`inspect.getdoc`).

    Returns:
        The words before the first section in one line, and argument -> words.
    """
    section = ""
    summary: list[str] = []
    entries: list[str] = []
    for line in text.splitlines():
        if heading := _SECTION.match(line):
            section = heading.group(1)
        elif not section:
            summary.append(line.strip())
        elif section.startswith("Arg"):
            entries.append(line)
    return " ".join(filter(None, summary)), _read_entries(entries)


def _read_entries(lines: list[str]) -> dict[str, str]:
    """Lines at the first line's depth begin an argument, deeper ones go on with it."""
    depth: int | None = None
    name = ""
    found: dict[str, str] = {}
    for line in filter(str.strip, lines):
        entry = _ENTRY.match(line)
        indent = len(line) - len(line.lstrip())
        if entry and (depth is None or indent <= depth):
            depth, name = indent, entry.group(2)
            found[name] = entry.group(3).strip()
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return {key: value for key, value in found.items() if value}
