"""The page of tools: what the assistant can ask, with the arguments it fills in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast

from ...media.store import Store
from ...settings import Settings
from ...tools import default_tools
from .tables import table

HEAD = """\
# Tools

This page is written by the program: what a model is told of each tool. `looktwice tools` lists the
same, with those that your MCP servers bring. [Add your own](../how-to/own-tool.md).
"""


def page() -> str:
    """Every tool with its arguments; those for documents among them."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        found = default_tools(settings, Store(settings.store_dir), index=cast(Any, _Described()))
    parts = [HEAD]
    for item in found:
        parts += [f"## {item.name}\n", item.description + "\n"]
        arguments = item.parameters.get("properties", {})
        rows = [
            (f"`{name}`", str(schema.get("description", ""))) for name, schema in arguments.items()
        ]
        if rows:
            parts.append(table(["argument", "meaning"], rows))
    return "\n".join(parts)


class _Described:
    """An index that is only described here, never asked."""

    def describe(self) -> str:
        return "Your documents."

    def __len__(self) -> int:
        return 1
